-- name: schema_columns()
-- Every column of every table in its order: table, column, type, whether it may be null.
SELECT t.relname, c.attname, format_type(c.atttypid, c.atttypmod), NOT c.attnotnull
FROM pg_class AS t CROSS JOIN pg_attribute AS c
WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind = 'r'
    AND c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped
ORDER BY t.relname, c.attnum;

-- name: schema_keys()
-- Every column of every key and index: table, whether it is primary, unique, partial, index, column.
SELECT t.relname, x.indisprimary, x.indisunique, x.indpred IS NOT NULL, i.relname, c.attname
FROM pg_class AS t
CROSS JOIN pg_index AS x
CROSS JOIN pg_class AS i
CROSS JOIN unnest(x.indkey::smallint[]) WITH ORDINALITY AS k (attnum, place)
CROSS JOIN pg_attribute AS c
WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind = 'r'
    AND x.indrelid = t.oid AND i.oid = x.indexrelid AND c.attrelid = t.oid AND c.attnum = k.attnum
ORDER BY t.relname, NOT x.indisprimary, i.relname, k.place;
