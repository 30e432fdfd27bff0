import Foundation

/// Python's `email` package reads messages, as a stranger would.
enum Parser {
    struct Parsed: Decodable, Equatable {
        var from: [String]  // name, address
        var to: [String]
        var subject: String
        var text: String
        var date: Double  // seconds since 1970
        var headers: [String]
        var messageID: String
        var charset: String
        var defects: Int
    }

    struct Failed: Error { var output: String }

    private static let script = """
        import email, email.policy, json, sys
        message = email.message_from_bytes(open(sys.argv[1], "rb").read(), policy=email.policy.SMTP)
        def one(header):
            (address,) = message[header].addresses
            return [address.display_name, address.addr_spec]
        headers = [value for value in message.values()]
        print(json.dumps({
            "from": one("From"), "to": one("To"), "subject": message["Subject"],
            "text": message.get_content().replace("\\r\\n", "\\n"), "date": message["Date"].datetime.timestamp(),
            "headers": message.keys(), "messageID": message["Message-ID"], "charset": message.get_content_charset(),
            "defects": len(message.defects) + sum(len(value.defects) for value in headers)}))
        """

    static func parse(_ path: String) throws -> Parsed {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script, path]
        let (output, errors) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, errors)
        try process.run()
        let json = output.fileHandleForReading.readDataToEndOfFile()
        let problem = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(output: problem) }
        return try JSONDecoder().decode(Parsed.self, from: json)
    }
}
