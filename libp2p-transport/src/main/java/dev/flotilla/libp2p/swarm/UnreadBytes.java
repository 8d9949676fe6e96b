package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.HostCounters;
import dev.flotilla.libp2p.limits.PeerTags;
import dev.flotilla.libp2p.limits.Resource;
import dev.flotilla.libp2p.muxer.ErrorCode;
import io.netty.channel.Channel;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bytes that wait in the streams of all connections for somebody to read them. When they become too many, the
 * connection that holds most of them is closed, a protected peer's only if there is no other. Thread-safe.
 */
final class UnreadBytes {
    private static final Logger LOG = LoggerFactory.getLogger(UnreadBytes.class);

    private final long max;
    private final PeerTags tags;
    private final HostCounters counters;
    private final Set<Account> accounts = new HashSet<>(); // guarded by this; those with bytes that are not closing
    private long total; // guarded by this; the sum over the accounts

    UnreadBytes(long max, PeerTags tags, HostCounters counters) {
        this.max = max;
        this.tags = tags;
        this.counters = counters;
    }

    /** What one connection holds. */
    private static final class Account {
        private final Channel channel;
        private long bytes; // guarded by the owner
        private boolean closing; // guarded by the owner

        Account(Channel channel) {
            this.channel = channel;
        }

        boolean isProtected(PeerTags tags) {
            SwarmConnection connection = SwarmConnection.on(channel);
            return connection != null && tags.isProtected(connection.remotePeerId());
        }
    }

    /** To be told by {@code channel}'s connection by how many its bytes change. */
    LongConsumer of(Channel channel) {
        Account account = new Account(channel);
        return change -> onChange(account, change).ifPresent(this::close);
    }

    private synchronized Optional<Account> onChange(Account account, long change) {
        if (account.closing) {
            return Optional.empty();
        }
        account.bytes += change;
        total += change;
        if (account.bytes == 0) {
            accounts.remove(account);
        } else {
            accounts.add(account);
        }
        if (total <= max) {
            return Optional.empty();
        }
        Optional<Account> largest = accounts.stream()
                .max(Comparator.comparing((Account each) -> !each.isProtected(tags))
                        .thenComparingLong(each -> each.bytes));
        largest.ifPresent(this::forget);
        return largest;
    }

    private void forget(Account account) {
        account.closing = true;
        accounts.remove(account);
        total -= account.bytes;
    }

    private void close(Account account) {
        counters.countRefusal(Resource.RECEIVED_BYTES);
        SwarmConnection connection = SwarmConnection.on(account.channel);
        if (connection == null) {
            account.channel.close();
        } else {
            LOG.info("closing the {}: most of more than {} unread bytes came over it", connection, max);
            connection.close(ErrorCode.RESOURCE_LIMIT_EXCEEDED);
        }
    }

    /** Of all connections that are not being closed. */
    synchronized long total() {
        return total;
    }
}
