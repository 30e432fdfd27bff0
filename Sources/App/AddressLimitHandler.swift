import Domain
import HTTPAPI
import NIOCore
import Synchronization

/// Hangs up on an address that has as many connections as one may have: with all of them it would shut everybody out.
final class AddressLimitHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Never

    /// The open connections of each address; of IPv6, of each /64.
    final class Counts: Sendable {
        let most: Int
        private let exempt: ClientAddress  // proxies, behind which everybody is
        private let open = Mutex<[String: Int]>([:])

        init(most: Int, exempt: ClientAddress) { (self.most, self.exempt) = (most, exempt) }

        /// - Returns: What to close again; nil for an address that is not counted.
        /// - Throws: ``TooMany``.
        fileprivate func add(_ address: String?) throws(TooMany) -> String? {
            guard let address = address.flatMap(NetworkAddress.init), !exempt.isTrusted(address) else { return nil }
            let name = address.network(ofIPv4: 32, ofIPv6: 64)
            let isFree = open.withLock { open in
                guard open[name, default: 0] < most else { return false }
                open[name, default: 0] += 1
                return true
            }
            guard isFree else { throw TooMany() }
            return name
        }

        fileprivate func remove(_ name: String) {
            open.withLock { open in
                let left = open[name, default: 1] - 1
                open[name] = left > 0 ? left : nil
            }
        }
    }

    fileprivate struct TooMany: Error {}

    private let counts: Counts

    init(_ counts: Counts) { self.counts = counts }

    func channelActive(context: ChannelHandlerContext) {
        do {
            if let name = try counts.add(context.remoteAddress?.ipAddress) {
                context.channel.closeFuture.whenComplete { [counts] _ in counts.remove(name) }
            }
        } catch { return context.close(promise: nil) }
        context.fireChannelActive()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}
