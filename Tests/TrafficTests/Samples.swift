import Traffic

/// Two or more real-looking records of every format, in the documented notation of each.
enum Samples {
    static let apache = #"""
        203.0.113.9 - - [17/May/2015:10:05:03 +0000] "GET /a HTTP/1.1" 200 203023 "http://example.com/" "Mozilla/5.0"
        203.0.113.9 - frank [17/May/2015:12:05:43 +0200] "GET /\"b\" HTTP/1.1" 304 - "-" "curl/8.0"
        203.0.113.9 - - [17/May/2015:10:06:43 +0000] "POST /c HTTP/1.1" 503 12

        """#
    static let alb = #"""
        https 2018-07-02T22:23:00.186641Z app/my-lb/50dc6c495c0c9188 192.0.2.10:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 240 57 "GET https://www.example.com:443/ HTTP/1.1" "curl/7.46.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/t/73e2d6bc24d8a067 "Root=1-58337281-1d84f3d73c47ec4e58577259" "www.example.com" "arn:aws:acm:us-east-2:123456789012:certificate/c" 1 2018-07-02T22:22:48.364000Z "forward" "-" "-"
        h2 2018-07-02T22:24:00.186641Z app/my-lb/50dc6c495c0c9188 192.0.2.10:2817 - -1 -1 -1 502 - 34 366 "GET http://www.example.com:80/ HTTP/1.1" "-" - - - "Root=1" "-" "-" 0 2018-07-02T22:22:48.364000Z "forward" "-" "-"

        """#
    static let cloudfront = """
        #Version: 1.0
        #Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs-bytes
        2019-12-04\t21:02:31\tLAX1\t392\t192.0.2.100\tGET\td111111abcdef8.cloudfront.net\t/index.html\t200\t23
        2019-12-04\t21:02:32\tLAX1\t608\t192.0.2.100\tGET\td111111abcdef8.cloudfront.net\t/index.html\t404\t23

        """
    static let gateway = """
        {"requestId":"a1","ip":"192.0.2.1","requestTime":"09/Apr/2019:12:24:19 +0000","httpMethod":"GET","status":"200","protocol":"HTTP/1.1","responseLength":"345"}
        {"requestId":"a2","ip":"192.0.2.1","requestTime":"09/Apr/2019:12:24:20 +0000","httpMethod":"GET","status":"502","protocol":"HTTP/1.1","responseLength":"5"}

        """
    static let lambda = """
        2024-05-01T10:00:00.000Z START RequestId: 3604209a-e9a3-11e6-939a-754dd98c7be3 Version: $LATEST
        2024-05-01T10:00:00.100Z END RequestId: 3604209a-e9a3-11e6-939a-754dd98c7be3
        2024-05-01T10:00:00.100Z REPORT RequestId: 3604209a-e9a3-11e6-939a-754dd98c7be3\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 18 MB\tInit Duration: 151.36 ms\t
        2024-05-01T10:01:00.100Z REPORT RequestId: 4604209a-e9a3-11e6-939a-754dd98c7be3\tDuration: 100.50 ms\tBilled Duration: 101 ms\tMemory Size: 512 MB\tMax Memory Used: 60 MB\t

        """
    static let cloudwatch = """
        2015-05-17T10:05:03.000Z first message
        \tat continued
        2015-05-17T10:06:03.000Z second message

        """
    static let subscription = #"""
        {"messageType":"CONTROL_MESSAGE","logEvents":[]}{"messageType":"DATA_MESSAGE","owner":"123456789012","logGroup":"/app","logStream":"s","logEvents":[{"id":"1","timestamp":1440442987000,"message":"a\"\u00e9\n"},{"id":"2","timestamp":1440443047000,"message":"{\"inputTokenCount\":7}"}]}
        """#
    static let syslog = """
        <34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - 'su root' failed on /dev/pts/8
        <165>1 2003-10-11T22:15:15.003+01:00 other evntslog - ID47 [exampleSDID@32473 iut="3"] An event
        <34>Oct 11 22:14:15 mymachine su: 'su root' failed

        """
    static let octets =
        "51 <34>1 2003-10-11T22:14:15.003Z host app - - - hello69 <34>1 2003-10-11T22:15:15.003Z host app - - - two\nlines and some more"
    static let logfmt = """
        ts=2021-09-01T10:00:00Z level=info service=billing msg="charged \\"ok\\"" dur=3ms
        ts=1630490461 level=info service=billing cached msg=done

        """
    static let csv =
        "Time,Host,Note\r\n2021-09-01 10:00:00,web1,\"two\nlines, and \"\"quotes\"\"\"\r\n1630490461.5,web2,x"
    static let ndjson = """
        {"timestamp":"2021-09-01T10:00:00Z","host":"web1","usage":{"input_tokens":10,"output_tokens":4,"cache_read_input_tokens":3}}
        {"timestamp":"2021-09-01T12:00:59+02:00","host":"web2","prompt_tokens":10,"prompt_tokens_details":{"cached_tokens":4}}

        """
    static let json = "[\n  {\"time\": 1630490400, \"n\": [1, {\"a\": \"]}\"}]},\n  {\"time\": 1630490460123}\n]\n"
    static let lines = "[Sun Dec 04 04:47:44 2005] [notice] ready\n2005-12-04 04:48:00 INFO x\nno time at all\n"

    static let all: [(format: LogFormat, text: String, events: Int, context: Int)] = [
        (.apache, apache, 3, 0), (.alb, alb, 2, 0), (.cloudfront, cloudfront, 2, 2), (.apigateway, gateway, 2, 0),
        (.lambda, lambda, 2, 2), (.cloudwatch, cloudwatch, 3, 0), (.cloudwatch, subscription, 2, 1),
        (.syslog, syslog, 3, 0), (.syslog, octets, 2, 0), (.logfmt, logfmt, 2, 0), (.csv, csv, 2, 1),
        (.ndjson, ndjson, 2, 0),
        (.json, json, 2, 0), (.lines, lines, 3, 0),
    ]
}
