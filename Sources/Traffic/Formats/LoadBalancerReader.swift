/// Application Load Balancer access logs. The source is the load balancer's name.
///
/// Source: Elastic Load Balancing user guide, "Access logs for your Application Load Balancer", Access log entries.
enum LoadBalancerReader {
    private static let types: [StaticString] = ["http", "https", "h2", "grpcs", "ws", "wss"]

    static func read(_ record: Bytes, into fields: inout RecordFields, clock: inout TimestampReader) -> Outcome {
        guard var cursor = FieldCursor(record), let type = cursor.next(), isType(type), let time = cursor.next(),
            let name = cursor.next()
        else { return .rejected(.malformed) }
        for _ in 0..<5 { _ = cursor.next() }  // client, target, three times
        guard let status = cursor.next(), let code = RecordFields.count(status), cursor.next() != nil,
            let received = cursor.next().flatMap(RecordFields.count),
            let sent = cursor.next().flatMap(RecordFields.count),
            cursor.next() != nil
        else { return .rejected(.malformed) }
        if let minute = clock.minute(of: time) { fields.minute = minute }
        (fields.status, fields.requestBytes, fields.responseBytes) = (code, received, sent)
        fields.source = name
        return .event
    }

    private static func isType(_ field: Bytes) -> Bool {
        types.contains { name in
            name.utf8CodeUnitCount == field.count && field.indices.allSatisfy { field[$0] == name.utf8Start[$0] }
        }
    }
}
