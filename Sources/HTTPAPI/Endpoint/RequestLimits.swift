import HTTPTypes
import HummingbirdCore
import Hummingbird

/// How large a request may be before anything of it is looked at.
enum RequestLimits {
    private static let targetBytes = 8 << 10
    private static let headerBytes = 16 << 10
    private static let headers = 100

    /// - Throws: ``HTTPError`` 414 or 431.
    static func check(_ request: Request) throws {
        guard request.uri.string.utf8.count <= targetBytes else {
            throw HTTPError(.uriTooLong, message: "The path and the query have more than \(targetBytes) bytes.")
        }
        var bytes = 0
        for field in request.headers { bytes += field.name.rawName.utf8.count + field.value.utf8.count }
        guard bytes <= headerBytes, request.headers.count <= headers else {
            throw HTTPError(
                .requestHeaderFieldsTooLarge,
                message: "There are more than \(headers) header fields, or they have more than \(headerBytes) bytes.")
        }
    }
}
