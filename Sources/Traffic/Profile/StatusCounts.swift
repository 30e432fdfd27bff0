/// Responses by HTTP status class, of the records that carry a status of 100 to 599.
public struct StatusCounts: Sendable, Equatable {
    public var informational = 0  // 1xx
    public var success = 0  // 2xx
    public var redirection = 0  // 3xx
    public var clientError = 0  // 4xx
    public var serverError = 0  // 5xx

    public init() {}

    /// Counts one status code; codes outside 100…599 are not HTTP's and are left out.
    @inline(__always)
    public mutating func add(_ status: Int) {
        switch status {
        case 200...299: success.accumulate(1)
        case 300...399: redirection.accumulate(1)
        case 400...499: clientError.accumulate(1)
        case 500...599: serverError.accumulate(1)
        case 100...199: informational.accumulate(1)
        default: break
        }
    }

    public mutating func merge(_ other: StatusCounts) {
        informational.accumulate(other.informational)
        success.accumulate(other.success)
        redirection.accumulate(other.redirection)
        clientError.accumulate(other.clientError)
        serverError.accumulate(other.serverError)
    }
}
