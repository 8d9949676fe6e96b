package dev.flotilla.libp2p.limits;

import dev.flotilla.transport.PeerId;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What an application thinks of peers (go-libp2p's connection manager): protected ones get in where limits are reached and
 * are never closed to make room; of the others, those whose tags sum up to less are closed first. Who protects or tags
 * takes it back: a peer is protected while any tag of its protections is left. Thread-safe.
 */
public final class PeerTags {
    private static final int ADDRESSES_PER_PEER = 4;

    private final Map<PeerId, Set<String>> protections = new HashMap<>(); // guarded by this; no empty sets
    private final Map<PeerId, Map<String, Integer>> tags = new HashMap<>(); // guarded by this; no empty maps
    private final Map<PeerId, ArrayDeque<InetAddress>> addresses = new HashMap<>(); // guarded by this; keys: protected

    /** Protects {@code peer} on behalf of {@code tag}. */
    public synchronized void protect(PeerId peer, String tag) {
        protections.computeIfAbsent(peer, key -> new HashSet<>()).add(tag);
    }

    /** Takes back one protection; others of the same peer stay. */
    public synchronized void unprotect(PeerId peer, String tag) {
        Set<String> ofPeer = protections.get(peer);
        if (ofPeer != null && ofPeer.remove(tag) && ofPeer.isEmpty()) {
            protections.remove(peer);
            addresses.remove(peer);
        }
    }

    public synchronized boolean isProtected(PeerId peer) {
        return protections.containsKey(peer);
    }

    /** Adds {@code value}, which replaces the one that {@code tag} had, to what a connection to {@code peer} is worth. */
    public synchronized void tag(PeerId peer, String tag, int value) {
        tags.computeIfAbsent(peer, key -> new HashMap<>()).put(tag, value);
    }

    public synchronized void untag(PeerId peer, String tag) {
        Map<String, Integer> ofPeer = tags.get(peer);
        if (ofPeer != null && ofPeer.remove(tag) != null && ofPeer.isEmpty()) {
            tags.remove(peer);
        }
    }

    /** What a connection to {@code peer} is worth: the sum of its tags, 0 without any. */
    public synchronized long value(PeerId peer) {
        return tags.getOrDefault(peer, Map.of()).values().stream()
                .mapToLong(Integer::longValue)
                .sum();
    }

    /** Whether any peer is protected. */
    public synchronized boolean hasProtected() {
        return !protections.isEmpty();
    }

    /** A protected peer has proven itself there: handshakes from that address go before those of strangers. */
    public synchronized void seenAt(PeerId peer, InetAddress address) {
        if (!protections.containsKey(peer) || address.isLoopbackAddress()) {
            return;
        }
        ArrayDeque<InetAddress> ofPeer = addresses.computeIfAbsent(peer, key -> new ArrayDeque<>());
        ofPeer.remove(address);
        ofPeer.addFirst(address);
        if (ofPeer.size() > ADDRESSES_PER_PEER) {
            ofPeer.removeLast();
        }
    }

    /** Whether a protected peer has proven itself at {@code address} lately. */
    public synchronized boolean isKnown(InetAddress address) {
        return addresses.values().stream().anyMatch(known -> known.contains(address));
    }
}
