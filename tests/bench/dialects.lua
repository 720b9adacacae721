-- wrk: saves through one dialect, over numbers from 2065000000, even ones are present, odd ones are new. What is sent
-- has the weight of a contact/save: number, names, an e-mail address, and one text that differs every time.
local call = os.getenv("CALL")
local n = tonumber(os.getenv("N") or "1000000")
local first_id = tonumber(os.getenv("FIRST_ID") or "1")
local fresh = tonumber(os.getenv("FRESH") or "2300000000")
local session = os.getenv("SESSION") or ""
math.randomseed(os.time())

local function any_number() return string.format("%d", 2065000000 + math.random(0, 2 * n - 1)) end
local function any_text() return "n" .. math.random(1, 1000000) end
local json = "application/json"

local function sendblue(number, further)
  return wrk.format("POST", "/api/v2/contacts",
    {["Content-Type"] = json, ["sb-api-key-id"] = "bench-key", ["sb-api-secret-key"] = "bench-secret"},
    '{"number":"+1' .. number .. '","first_name":"Ada","last_name":"Lovelace","company_name":"' .. any_text() .. '"' .. further .. "}")
end

local function heymarket(method, path, number)
  return wrk.format(method, path, {["Content-Type"] = json, ["Authorization"] = "Bearer bench-team-key"},
    '{"phone":"1' .. number .. '","first":"Ada","last":"Lovelace","email":"p' .. number .. '@example.org","display_name":"' .. any_text() .. '"}')
end

local calls = {
  ["zipwhip contact/save"] = function()
    local number = any_number()
    return wrk.format("POST", "/contact/save", {["Content-Type"] = "application/x-www-form-urlencoded"},
      "session=" .. session .. "&mobileNumber=" .. number .. "&firstName=Ada&lastName=Lovelace&email=p" .. number .. "%40example.org&notes=" .. any_text())
  end,
  ["inwise contacts"] = function()
    local number = any_number()
    return wrk.format("POST", "/rest/v1/contacts", {["Content-Type"] = json, ["X-API-Key"] = "bench-inwise-key"},
      '{"mobile_number":"1' .. number .. '","email":"p' .. number .. '@example.org","external_id":"' .. any_text() ..
      '","fields":[{"name":"field1","content":"Ada"},{"name":"field2","content":"Lovelace"}]}')
  end,
  ["sendblue create"] = function()
    fresh = fresh + 1
    return sendblue(string.format("%d", fresh), "")
  end,
  ["sendblue upsert"] = function() return sendblue(any_number(), ',"update_if_exists":true') end,
  ["heymarket create"] = function() return heymarket("POST", "/v1/contact", any_number()) end,
  ["heymarket update"] = function()
    local at = math.random(0, n - 1)
    return heymarket("PUT", string.format("/v1/contact/%d", first_id + at), string.format("%d", 2065000000 + 2 * at))
  end,
}
request = calls[call]

done = function(summary, latency, requests)
  io.write(string.format("requests/s %.0f p50_ms %.2f p99_ms %.2f non2xx %d socket_errors %d\n", summary.requests / (summary.duration / 1e6),
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
