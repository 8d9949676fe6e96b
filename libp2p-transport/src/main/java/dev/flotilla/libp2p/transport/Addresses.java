package dev.flotilla.libp2p.transport;

import dev.flotilla.libp2p.AddressBook;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The address book as the transport uses it. Written to the disk soon after it changes, on a thread that waits for disks.
 * Control thread only, but for {@link #close}.
 */
final class Addresses {
    private static final Logger LOG = LoggerFactory.getLogger(Addresses.class);
    private static final Duration SAVE_DELAY = Duration.ofSeconds(1);
    private static final Duration RETRY_DELAY = Duration.ofMinutes(1);
    private static final long CLOSE_SECONDS_MAX = 5;
    private static final Set<String> UNSPECIFIED = Set.of("0.0.0.0", "::");

    private final AddressBook book;
    private final ControlThread control;
    private final ThreadPoolExecutor disk;
    private boolean saveScheduled;

    Addresses(AddressBook book, ControlThread control) {
        this.book = book;
        this.control = control;
        this.disk = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread made = new Thread(task, "libp2p-address-book");
            made.setDaemon(true);
            return made;
        });
        disk.allowCoreThreadTimeOut(true);
    }

    /** The addresses of {@code peer}, the most promising first. */
    List<Multiaddr> of(PeerId peer) {
        return book.addresses(peer);
    }

    /** @return whether one of them is new */
    boolean seen(PeerId peer, Collection<Multiaddr> addresses) {
        Set<Multiaddr> before = new HashSet<>(book.addresses(peer));
        book.addSeen(
                peer,
                addresses.stream().filter(Addresses::isSpecified).limit(20).toList());
        scheduleSave(SAVE_DELAY);
        return !before.containsAll(book.addresses(peer));
    }

    private static boolean isSpecified(Multiaddr address) {
        return address.valueOf(MultiaddrProtocol.IP4)
                .or(() -> address.valueOf(MultiaddrProtocol.IP6))
                .filter(UNSPECIFIED::contains)
                .isEmpty();
    }

    void reached(PeerId peer, Multiaddr address) {
        book.addSuccess(peer, address);
        scheduleSave(SAVE_DELAY);
    }

    private void scheduleSave(Duration delay) {
        if (!saveScheduled) {
            saveScheduled = true;
            control.schedule(delay, () -> {
                saveScheduled = false;
                disk.execute(this::save);
            });
        }
    }

    private void save() {
        try {
            book.save();
        } catch (IOException e) {
            LOG.warn("cannot write the address book, trying again in {}: {}", RETRY_DELAY, e.getMessage());
            control.execute(() -> scheduleSave(RETRY_DELAY));
        }
    }

    /** Writes the book a last time. */
    void close() {
        disk.execute(this::save);
        disk.shutdown();
        try {
            if (!disk.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
                LOG.warn("the address book is not written after {} s", CLOSE_SECONDS_MAX);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
