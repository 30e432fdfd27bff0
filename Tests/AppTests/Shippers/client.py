"""Sends numbered events with a stock client: client.py NAME URL KEY SCENARIO COUNT. Prints how many it believes delivered."""
import datetime
import logging
import sys
import time
from urllib.parse import urlparse

name, url, key, scenario, count = *sys.argv[1:5], int(sys.argv[5])
place = urlparse(url)
prefix = f"/s/{scenario}"


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat()


def pace(number):
    if number % 100 == 0:
        time.sleep(0.05)


def elasticsearch():
    from elasticsearch import Elasticsearch, helpers

    client = Elasticsearch(
        url + prefix, basic_auth=("shipper", key), max_retries=100_000, retry_on_timeout=True, request_timeout=10
    )
    assert client.info()["version"]["number"]

    def documents():
        for number in range(count):
            pace(number)
            document = {"_index": "logs", "@timestamp": now(), "message": f"event {number}"}
            if number < count // 2:
                document["_id"] = f"id-{number}"
            yield document

    delivered, errors = helpers.bulk(client, documents(), chunk_size=100)
    assert not errors, errors
    return delivered


def opentelemetry():
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
    from opentelemetry.sdk.resources import Resource

    provider = LoggerProvider(resource=Resource.create({"service.name": "shop"}))
    exporter = OTLPLogExporter(
        endpoint=url + prefix + "/v1/logs", headers={"authorization": f"Bearer {key}"}, timeout=60,
        compression=Compression.Gzip,
    )
    provider.add_log_record_processor(
        BatchLogRecordProcessor(exporter, schedule_delay_millis=100, max_export_batch_size=100, max_queue_size=100_000)
    )
    logger = logging.getLogger("otel")
    logger.setLevel(logging.INFO)
    logger.addHandler(LoggingHandler(logger_provider=provider))
    for number in range(count):
        pace(number)
        logger.info("event %d", number)
    provider.force_flush(60_000)
    provider.shutdown()
    return count


def loki():
    import logging_loki

    delivered = 0

    class Handler(logging_loki.LokiHandler):
        failed = False

        def handleError(self, record):
            self.failed = True

    handler = Handler(
        url=url + prefix + "/loki/api/v1/push", tags={"app": "shop"}, auth=("shipper", key), version="1"
    )
    logger = logging.getLogger("loki")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    for number in range(count):
        handler.failed = False
        logger.info("event %d", number)
        if handler.failed:
            time.sleep(0.05)
        else:
            delivered += 1
    return delivered


def splunk():
    from splunk_handler import SplunkHandler

    handler = SplunkHandler(
        host=place.hostname, port=place.port, protocol=place.scheme, token=key, index="main", verify=False,
        url=url + prefix + "/services/collector/event", flush_interval=0.2, retry_count=30, retry_backoff=0.1,
        record_format=False, source="shop",
    )
    logger = logging.getLogger("splunk")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    for number in range(count):
        pace(number)
        logger.info("event %d", number)
    handler.shutdown()
    return count


def logstash():
    from logstash_async import EVENT_CACHE
    from logstash_async.handler import AsynchronousLogstashHandler
    from logstash_async.transport import HttpTransport

    transport = HttpTransport(
        place.hostname, place.port, timeout=5.0, ssl_enable=False, username="shipper", password=key,
        path=prefix[1:] + "/",
    )
    # In memory: who looks into its database keeps it from writing there, and it loses what it then sends in vain.
    handler = AsynchronousLogstashHandler(place.hostname, place.port, database_path=None, transport=transport)
    logger = logging.getLogger("logstash")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    for number in range(count):
        pace(number)
        logger.info("event %d", number)
    while not handler._worker_thread._queue.empty() or EVENT_CACHE:  # it would leave the rest for its next start
        handler.flush()
        time.sleep(0.2)
    handler.close()
    return count


print(globals()[name]())
