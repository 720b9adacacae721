-- wrk: form posts to /message/send, to numbers that are present.
local n = tonumber(os.getenv("N") or "10000")
local session = os.getenv("SESSION") or "s"
math.randomseed(os.time())
request = function()
  local number = 2065000000 + 2 * math.random(0, n - 1)
  local body = "session=" .. session .. "&contacts=" .. number .. "&body=Your+table+is+ready+" .. math.random(1, 1000000)
  return wrk.format("POST", "/message/send", {["Content-Type"] = "application/x-www-form-urlencoded"}, body)
end
done = function(summary, latency, requests)
  io.write(string.format("requests/s %.0f p50_ms %.2f p99_ms %.2f non2xx %d socket_errors %d\n", summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    summary.errors.status, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
