import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// What the HTTP server costs by itself, for `make bench`: a bare Hummingbird handler that returns the bytes of a file.
///
///     bare-server PORT FILE
@main
struct BareServer {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let port = Int(arguments[1]) else { return print("usage: bare-server PORT FILE") }
        let bytes = ByteBuffer(bytes: try Data(contentsOf: URL(fileURLWithPath: arguments[2])))
        let router = Router()
        router.get("/**") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: bytes))
        }
        let application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)))
        try await application.runService()
    }
}
