-- name: schema_columns()
-- Every column of every table in its order: table, column, type, whether it may be null.
SELECT t.name, c.name, lower(c.type), NOT (c."notnull" OR c.pk)
FROM sqlite_schema AS t CROSS JOIN pragma_table_info(t.name) AS c
WHERE t.type = 'table'
ORDER BY t.name, c.cid;

-- name: schema_keys()
-- Every column of every key and index: table, whether it is primary, unique, partial, index, column.
SELECT t.name, 1, 1, 0, '' AS key_name, c.name, c.pk AS place
FROM sqlite_schema AS t CROSS JOIN pragma_table_info(t.name) AS c
WHERE t.type = 'table' AND c.pk > 0
UNION ALL
SELECT t.name, 0, i."unique", i.partial, i.name, c.name, c.seqno
FROM sqlite_schema AS t CROSS JOIN pragma_index_list(t.name) AS i CROSS JOIN pragma_index_info(i.name) AS c
WHERE t.type = 'table' AND i.origin <> 'pk'
ORDER BY 1, key_name, place;
