import CCurl
internal import Crypto

/// One file over HTTP: handed on while it arrives, kept on disk until it is whole, taken up where it broke off.
///
/// The bytes received are kept as `downloads/<hash of the URL>.part` with the validators (ETag, Last-Modified) beside
/// them. After a dropped connection, or in a later run, `Range` and `If-Range` ask for the rest only; a server that has another file by
/// now sends it whole, and reading starts over. TLS certificates are verified, always.
final class Download {
    /// The server sent another file than the one begun: what has been handed on is void.
    struct StartOver: Error {}

    static let attempts = 5  // without a byte of progress between them
    private static let connectSeconds = 15
    private static let stallSeconds = 60  // under one byte a second for so long is a dead connection

    let url: String
    private let partial: PartialFile
    private(set) var bytesTotal: Int?
    private var done = 0
    private var response = ResponseHead()
    private var failure: (any Error)?
    private var take: ((UnsafeRawBufferPointer) throws -> Void)?

    init(url: String, directory: String) throws {
        self.url = url
        partial = try PartialFile(url: url, directory: directory + "/downloads")
    }

    /// - Throws: ``StartOver``; ``PriceStoreError`` `.download`, `.io`; whatever `take` throws.
    func run(_ take: (UnsafeRawBufferPointer) throws -> Void) throws {
        try withoutActuallyEscaping(take) { escaping in
            self.take = escaping
            defer { self.take = nil }
            done = try partial.replay(into: escaping)
            var attempt = 0
            while true {
                let before = done
                guard let problem = try perform() else { return }
                attempt = done > before ? 1 : attempt + 1
                guard attempt < Self.attempts else { throw PriceStoreError.download(url: url, reason: problem) }
            }
        }
    }

    /// The file is read, or no good: nothing is left to take up.
    func discard() { partial.discard() }

    /// - Returns: nil when the file is whole, else what broke the connection.
    private func perform() throws -> String? {
        guard let handle = curl_easy_init() else {
            throw PriceStoreError.download(url: url, reason: "libcurl has no memory")
        }
        defer { curl_easy_cleanup(handle) }
        var headers: UnsafeMutablePointer<curl_slist>?
        defer { curl_slist_free_all(headers) }
        if done > 0 { for line in partial.resumeHeaders(from: done) { headers = curl_slist_append(headers, line) } }
        try configure(handle, headers)
        (response, failure) = (ResponseHead(), nil)
        let code = curl_easy_perform(handle)
        if let failure { throw failure }
        if code == CURLE_OK {
            try checkStatus()
            return nil
        }
        return String(cString: curl_easy_strerror(code))
    }

    private func configure(_ handle: UnsafeMutableRawPointer, _ headers: UnsafeMutablePointer<curl_slist>?) throws {
        let context = Unmanaged.passUnretained(self).toOpaque()
        let numbers = [
            (CURLOPT_FOLLOWLOCATION, 1), (CURLOPT_MAXREDIRS, 5), (CURLOPT_NOSIGNAL, 1),
            (CURLOPT_CONNECTTIMEOUT, Self.connectSeconds), (CURLOPT_LOW_SPEED_LIMIT, 1),
            (CURLOPT_LOW_SPEED_TIME, Self.stallSeconds), (CURLOPT_SSL_VERIFYPEER, 1), (CURLOPT_SSL_VERIFYHOST, 2),
        ]
        let texts = [
            (CURLOPT_URL, url), (CURLOPT_PROTOCOLS_STR, "http,https"), (CURLOPT_REDIR_PROTOCOLS_STR, "http,https"),
            (CURLOPT_USERAGENT, "mockupaws"),
        ]
        var codes = numbers.map { curl_options_set_long(handle, $0.0, $0.1) }
        codes += texts.map { curl_options_set_text(handle, $0.0, $0.1) }
        codes.append(curl_options_set_headers(handle, headers))
        codes.append(
            curl_options_set_sinks(
                handle, { Download.receive($0, $1 * $2, $3, isHeader: false) },
                { Download.receive($0, $1 * $2, $3, isHeader: true) }, context))
        guard let bad = codes.first(where: { $0 != CURLE_OK }) else { return }
        throw PriceStoreError.download(url: url, reason: String(cString: curl_easy_strerror(bad)))
    }

    /// libcurl calls on the thread that performs; `context` outlives the call. Fewer bytes than offered stop the transfer.
    private static func receive(
        _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?, isHeader: Bool
    ) -> Int {
        guard let context else { return 0 }
        let download = Unmanaged<Download>.fromOpaque(context).takeUnretainedValue()
        let chunk = UnsafeRawBufferPointer(start: bytes, count: count)
        do {
            if isHeader {
                download.response.add(line: String(decoding: chunk, as: UTF8.self))
            } else {
                try download.body(chunk)
            }
            return count
        } catch {
            download.failure = error
            return 0
        }
    }

    private func body(_ chunk: UnsafeRawBufferPointer) throws {
        if !response.isChecked {
            try checkStatus()
            response.isChecked = true
        }
        try partial.append(chunk)
        done += chunk.count
        try take?(chunk)
    }

    private func checkStatus() throws {
        switch response.status {
        case 206 where done > 0 && (response.isChecked || response.rangeStart == done):
            bytesTotal = response.rangeTotal
        case 200 where response.isChecked: break
        case 200 where done == 0:
            bytesTotal = response.length
            try partial.begin(etag: response.etag, lastModified: response.lastModified)
        case 416 where partial.isWhole(response.rangeTotal): break
        case 200, 206, 416:
            partial.discard()
            throw StartOver()
        default: throw PriceStoreError.download(url: url, reason: "the server answers \(response.status)")
        }
    }
}

/// The lines of the last response; a redirect's are forgotten when the next one begins.
struct ResponseHead {
    var status = 0
    var etag = ""
    var lastModified = ""
    var length: Int?
    var rangeStart: Int?
    var rangeTotal: Int?
    var isChecked = false

    mutating func add(line: String) {
        if line.hasPrefix("HTTP/") {
            self = ResponseHead()
            status = line.split(separator: " ").dropFirst().first.flatMap { Int($0.filter(\.isNumber)) } ?? 0
            return
        }
        guard let colon = line.firstIndex(of: ":") else { return }
        let value = String(
            line[line.index(after: colon)...].drop { $0 == " " }.prefix { $0 != "\r\n" && $0 != "\n" && $0 != "\r" })
        switch line[..<colon].lowercased() {
        case "etag": etag = value
        case "last-modified": lastModified = value
        case "content-length": length = Int(value)
        case "content-range":  // bytes 100-199/200
            let numbers = value.split { !$0.isNumber }.map { Int($0) }
            rangeStart = numbers.count == 3 ? numbers[0] : nil
            rangeTotal = numbers.last ?? nil
        default: break
        }
    }
}
