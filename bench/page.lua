-- GET of one address, as a browser that takes gzip.
wrk.headers["accept-encoding"] = "gzip"

function done(summary, latency)
  io.write(string.format(
    'RESULT {"seconds":%.3f,"requests":%d,"other":%d,"broken":%d,"bytes":%d,"p50":%.2f,"p99":%.2f,"max":%.2f}\n',
    summary.duration / 1e6, summary.requests, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    math.floor(summary.bytes / math.max(summary.requests, 1)),
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
