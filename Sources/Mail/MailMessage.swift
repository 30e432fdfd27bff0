public import Foundation

/// A message of plain text to one reader.
public struct MailMessage: Sendable, Hashable {
    /// `name@example.org`, or `Some Name <name@example.org>`.
    public var from: String
    /// As `from`; one address only.
    public var to: String
    public var subject: String
    public var text: String

    /// Whether a message may be from or to it: an address, or a name and an address in angle brackets.
    public static func isMailbox(_ text: String) -> Bool { (try? Mailbox(text, field: "")) != nil }

    public init(from: String, to: String, subject: String, text: String) {
        (self.from, self.to, self.subject, self.text) = (from, to, subject, text)
    }
}

/// Hands messages over for delivery.
public protocol MailTransport: Sendable {
    /// - Parameters:
    ///   - id: The message's own; the same one for a message that is sent again.
    ///   - date: When it was written.
    /// - Throws: ``MailError``.
    func send(_ message: MailMessage, id: UUID, at date: Date) async throws
}

/// Why a message is not sent. It holds no address and no text, and may be logged.
public enum MailError: Error, Sendable, Hashable {
    /// `from`, `to` or `subject` has a line break or another control character, which could add headers.
    case controlCharacter(field: String)
    /// `from` or `to` is no address in ASCII, or more than one.
    case badAddress(field: String)
    case cannotWrite(path: String, errno: Int32)
}
