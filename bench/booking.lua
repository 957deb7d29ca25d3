-- Bookings over HTTP: every request another key; the slots of a file one after another, or one hot slot.
-- wrk … -s booking.lua URL -- SLOTS_FILE; each line of the file is "service<TAB>slot".
local number = 0
local threads = {}

function setup(thread)
  number = number + 1
  thread:set("id", number)
  table.insert(threads, thread)
end

function init(args)
  slots = {}
  for line in io.lines(args[1]) do
    local service, slot = line:match("^([^\t]+)\t([^\t]+)$")
    table.insert(slots, { service, slot })
  end
  count = 0
  created, full, other = 0, 0, 0
  prefix = string.format("bench-%d-%d-%d", id, os.time(), math.floor(os.clock() * 1e6))
end

function request()
  count = count + 1
  local slot = slots[(count + id * 7919) % #slots + 1]
  local body = string.format('{"service":"%s","slot":"%s"}', slot[1], slot[2])
  return wrk.format("POST", "/api/v1/visits/bookings", {
    ["content-type"] = "application/json",
    ["idempotency-key"] = prefix .. "-" .. count,
  }, body)
end

function response(status)
  if status == 201 then created = created + 1
  elseif status == 409 then full = full + 1
  else other = other + 1 end
end

function done(summary, latency)
  local created, full, other = 0, 0, 0
  for _, thread in ipairs(threads) do
    created = created + thread:get("created")
    full = full + thread:get("full")
    other = other + thread:get("other")
  end
  io.write(string.format(
    'RESULT {"seconds":%.3f,"requests":%d,"created":%d,"full":%d,"other":%d,"broken":%d,"p50":%.2f,"p99":%.2f,"max":%.2f}\n',
    summary.duration / 1e6, summary.requests, created, full, other,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
