import Foundation

/// A message as it travels (RFC 5322, with MIME 1.0): text in UTF-8, quoted-printable.
enum InternetMessage {
    /// - Throws: ``MailError/controlCharacter(field:)``, ``MailError/badAddress(field:)``.
    static func bytes(_ message: MailMessage, id: UUID, at date: Date) throws(MailError) -> [UInt8] {
        let from = try Mailbox(message.from, field: "from")
        let to = try Mailbox(message.to, field: "to")
        try HeaderText.check(message.subject, field: "subject")
        let isEncoded = HeaderText.mustBeEncoded(message.subject)
        let headers = [
            "Date: \(dateTime(date))",
            "From: \(from.header)",
            "To: \(to.header)",
            "Subject: \(isEncoded ? HeaderText.encoded(message.subject) : message.subject)",
            "Message-ID: <\(id.uuidString.lowercased())@\(from.domain)>",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
        ]
        let head = headers.joined(separator: "\r\n") + "\r\n\r\n"
        let body = QuotedPrintable.encode(message.text)
        let end = Array("\r\n".utf8)  // a last line ends as the others do
        return Array(head.utf8) + body + (body.suffix(2) == end[...] ? [] : end)
    }

    /// RFC 5322 §3.3, in UTC.
    private static func dateTime(_ date: Date) -> String {
        let style = Date.VerbatimFormatStyle(
            format: """
                \(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .defaultDigits) \
                \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\
                \(second: .twoDigits) +0000
                """,
            locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt, calendar: Calendar(identifier: .gregorian))
        return date.formatted(style)
    }
}
