-- name: consent_counts(account_id)
-- How many numbers an account knows the consent of; how many opted out themselves, were opted out, and are blocked.
SELECT
    count(DISTINCT phone),
    count(DISTINCT CASE WHEN by_person THEN phone END),
    count(DISTINCT CASE WHEN by_team THEN phone END),
    count(DISTINCT CASE WHEN is_blocked THEN phone END)
FROM consent WHERE account_id = :account_id;
