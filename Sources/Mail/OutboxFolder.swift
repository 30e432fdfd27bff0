import Dispatch
public import Foundation

/// Puts each message into a folder as a file of its own, `<time>-<id>.eml`, for a program that delivers them or a person
/// who reads them. A file is there whole and durably, or not at all. Only the owner may read it.
public struct OutboxFolder: MailTransport {
    public let path: String
    private let thread = DispatchQueue(label: "outbox-folder")  // a serial queue has a thread to itself

    /// - Parameter path: Of the folder, which is made with the first message.
    public init(path: String) { self.path = path }

    /// A message with the same id and date replaces the one before.
    ///
    /// - Throws: ``MailError``.
    public func send(_ message: MailMessage, id: UUID, at date: Date) async throws {
        let bytes = try InternetMessage.bytes(message, id: id, at: date)
        let time = date.formatted(Self.fileTime)
        let file = "\(path)/\(time)-\(id.uuidString.lowercased()).eml"
        let folder = path
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            thread.async {
                continuation.resume(
                    with: Result {
                        try DurableFile.makeFolder(folder)
                        try DurableFile.write(bytes, to: file, in: folder)
                    })
            }
        }
    }

    private static let fileTime = Date.ISO8601FormatStyle(
        dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted, includingFractionalSeconds: true
    )
}
