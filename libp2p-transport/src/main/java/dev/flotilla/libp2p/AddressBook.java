package dev.flotilla.libp2p;

import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where peers were seen, and where they were reached. Addresses are kept without the peer id at their end, at most 20 a
 * peer; beyond that, and beyond 10,000 peers, what is least likely to work is forgotten. Thread-safe; only {@link #save}
 * touches the disk.
 */
public final class AddressBook {
    static final int ADDRESSES_MAX = 20;
    static final int PEERS_MAX = 10_000;

    private final Clock clock;
    private final @Nullable AddressFile file;
    private final Map<PeerId, Map<Multiaddr, Entry>> peers = new HashMap<>(); // guarded by this
    private boolean changed; // guarded by this

    /**
     * One address of a peer.
     *
     * @param lastSeen when somebody last named it
     * @param lastSuccess when a connection to it last came up; null if none ever did
     */
    record Entry(Multiaddr address, Instant lastSeen, @Nullable Instant lastSuccess) {
        /** The most promising first: reached lately, then seen lately. */
        static final Comparator<Entry> BEST_FIRST = Comparator.comparing(Entry::successOrNever)
                .thenComparing(Entry::lastSeen)
                .reversed()
                .thenComparing(entry -> entry.address().toString());

        private Instant successOrNever() {
            return lastSuccess == null ? Instant.MIN : lastSuccess;
        }
    }

    private AddressBook(Clock clock, @Nullable AddressFile file) {
        this.clock = clock;
        this.file = file;
    }

    /** A book that is forgotten with the process. */
    public static AddressBook inMemory() {
        return new AddressBook(Clock.systemUTC(), null);
    }

    /**
     * The book in {@code directory}, empty if there is none yet. Lines that are bad are left out, and a file that is no
     * address book is moved aside, with one line in the log.
     *
     * @throws IOException if the directory cannot be read, or the damaged file not be moved
     */
    public static AddressBook open(Path directory) throws IOException {
        return open(directory, Clock.systemUTC());
    }

    static AddressBook open(Path directory, Clock clock) throws IOException {
        AddressFile file = new AddressFile(directory);
        AddressBook book = new AddressBook(clock, file);
        synchronized (book) {
            file.read().forEach((peer, entries) -> entries.forEach(entry -> book.put(peer, entry)));
            book.changed = false;
        }
        return book;
    }

    /** Somebody named these addresses of {@code peer}. Those that end in another peer's id are passed over. */
    public synchronized void addSeen(PeerId peer, Collection<Multiaddr> addresses) {
        for (Multiaddr address : addresses) {
            Multiaddr plain = address.withoutPeerId();
            if (plain.isEmpty() || !address.peerId().orElse(peer).equals(peer)) {
                continue;
            }
            Entry known = entries(peer).get(plain);
            put(peer, new Entry(plain, clock.instant(), known == null ? null : known.lastSuccess()));
        }
    }

    /**
     * As {@link #addSeen}, of somebody who is to be trusted less: it takes places that are free and renews nothing.
     *
     * @return whether {@code address} is new and has got one
     */
    public synchronized boolean addIfRoom(PeerId peer, Multiaddr address) {
        Multiaddr plain = address.withoutPeerId();
        Map<Multiaddr, Entry> known = entries(peer);
        boolean room = known.size() < ADDRESSES_MAX && (peers.containsKey(peer) || peers.size() < PEERS_MAX);
        if (!room || known.containsKey(plain)) {
            return false;
        }
        addSeen(peer, List.of(address));
        return entries(peer).containsKey(plain);
    }

    /** A connection to {@code peer} at {@code address} came up. */
    public synchronized void addSuccess(PeerId peer, Multiaddr address) {
        Multiaddr plain = address.withoutPeerId();
        if (!plain.isEmpty()) {
            put(peer, new Entry(plain, clock.instant(), clock.instant()));
        }
    }

    private synchronized void put(PeerId peer, Entry entry) {
        if (!peers.containsKey(peer) && peers.size() >= PEERS_MAX) {
            forgetOnePeer();
        }
        Map<Multiaddr, Entry> addresses = peers.computeIfAbsent(peer, key -> new HashMap<>());
        addresses.put(entry.address(), entry);
        if (addresses.size() > ADDRESSES_MAX) {
            addresses.values().stream()
                    .filter(other -> !other.equals(entry))
                    .max(Entry.BEST_FIRST)
                    .ifPresent(worst -> addresses.remove(worst.address()));
        }
        changed = true;
    }

    private synchronized void forgetOnePeer() {
        peers.entrySet().stream()
                .max(Comparator.comparing(peer -> best(peer.getValue()), Entry.BEST_FIRST))
                .ifPresent(worst -> peers.remove(worst.getKey()));
    }

    private static Entry best(Map<Multiaddr, Entry> addresses) {
        return addresses.values().stream().min(Entry.BEST_FIRST).orElseThrow();
    }

    private synchronized Map<Multiaddr, Entry> entries(PeerId peer) {
        return peers.getOrDefault(peer, Map.of());
    }

    /** The addresses of {@code peer} without its id, the most promising first; empty if none is known. */
    public synchronized List<Multiaddr> addresses(PeerId peer) {
        return entries(peer).values().stream()
                .sorted(Entry.BEST_FIRST)
                .map(Entry::address)
                .toList();
    }

    /** The peers with an address, in the order of their ids. */
    public synchronized Set<PeerId> peers() {
        return new TreeSet<>(peers.keySet());
    }

    /** Forgets {@code peer}. */
    public synchronized void remove(PeerId peer) {
        changed |= peers.remove(peer) != null;
    }

    /**
     * Writes the book to the disk if it has one and something changed; what was there before is replaced at once or not
     * at all.
     *
     * @throws IOException if it cannot be written; the next call tries again
     */
    public void save() throws IOException {
        AddressFile target = file;
        if (target == null) {
            return;
        }
        synchronized (target) { // one writer, while the book itself stays in use
            Map<PeerId, List<Entry>> copy = new HashMap<>();
            synchronized (this) {
                if (!changed) {
                    return;
                }
                peers.forEach((peer, entries) -> copy.put(peer, List.copyOf(entries.values())));
                changed = false;
            }
            try {
                target.write(copy);
            } catch (IOException e) {
                synchronized (this) {
                    changed = true;
                }
                throw e;
            }
        }
    }
}
