/// The log formats that can be metered. The raw value is the name on the command line.
public enum LogFormat: String, CaseIterable, Sendable {
    /// Decided from the content, see ``FormatDetector``.
    case auto
    /// One JSON object a line.
    case ndjson
    /// JSON arrays of records, or JSON values one after the other, over any number of lines.
    case json
    /// Apache and nginx access logs, common and combined.
    case apache
    /// AWS Application Load Balancer access logs.
    case alb
    /// Amazon CloudFront standard logs, and other W3C logs with tabs and a `#Fields:` line.
    case cloudfront
    /// Amazon API Gateway access logs, JSON or CLF.
    case apigateway
    /// AWS Lambda logs: an event is an invocation, that is a REPORT line; other lines are context.
    case lambda
    /// Amazon CloudWatch Logs: text export, or the JSON of subscriptions and `get-log-events`.
    case cloudwatch
    /// Syslog, RFC 3164 and RFC 5424, a message a line or octet-counted.
    case syslog
    /// `key=value` pairs.
    case logfmt
    /// CSV with a header; comma, semicolon or tab.
    case csv
    /// Any text, an event a line.
    case lines
}
