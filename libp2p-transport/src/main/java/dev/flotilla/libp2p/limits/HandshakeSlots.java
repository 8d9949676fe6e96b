package dev.flotilla.libp2p.limits;

import dev.flotilla.transport.PeerId;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The inbound handshakes that are under way. A new one takes the place of the oldest where there is no other: who does
 * nothing cannot keep others out, and who shakes hands is done before so many others have come. Known addresses go before
 * those of strangers, but one of them, which strangers may share with a member, has a part only, as have all together. So has
 * each relay, whose circuits may be anybody's. Thread-safe.
 */
public final class HandshakeSlots {
    private final HandshakeLimits limits;
    private final LongSupplier nanoClock;
    private final int knownMax;
    private final Set<Slot> slots = new LinkedHashSet<>(); // guarded by this; the oldest first
    private final AddressQuota byAddress; // guarded by this; of strangers
    private final AddressQuota byKnownAddress; // guarded by this
    private final AddressQuota byRelay; // guarded by this; relays' peer ids in place of addresses
    private int known; // guarded by this; of the slots
    private final TokenBucket rate; // guarded by this
    private final AddressRates rateByAddress; // guarded by this

    public HandshakeSlots(HandshakeLimits limits, LongSupplier nanoClock) {
        this.limits = limits;
        this.nanoClock = nanoClock;
        this.knownMax = limits.halfOpenMax() - limits.halfOpenMax() / 4;
        this.byAddress = new AddressQuota(limits.halfOpenPerAddressMax());
        this.byKnownAddress = new AddressQuota(Math.max(1, limits.halfOpenMax() / 4));
        this.byRelay = new AddressQuota(Math.max(1, limits.halfOpenMax() / 4));
        this.rate = new TokenBucket(limits.perSecond(), limits.burst(), nanoClock.getAsLong());
        this.rateByAddress = new AddressRates(limits.perSecondAndAddress(), limits.burstPerAddress());
    }

    /** A handshake under way. */
    public final class Slot {
        private final @Nullable ByteBuffer block; // null where addresses are not counted
        private final AddressQuota quota;
        private final Runnable evict;

        private Slot(@Nullable ByteBuffer block, AddressQuota quota, Runnable evict) {
            this.block = block;
            this.quota = quota;
            this.evict = evict;
        }

        private boolean isKnown() {
            return quota == byKnownAddress;
        }

        private boolean isLike(Slot other) {
            return quota == other.quota && Objects.equals(block, other.block);
        }

        /** It is over, either way. Idempotent. */
        public void leave() {
            HandshakeSlots.this.leave(this);
        }
    }

    /**
     * Begins a handshake of who comes from {@code remote}.
     *
     * @param known whether a protected peer has proven itself there
     * @param evict ends this handshake, when another takes its place; called on any thread
     * @throws ResourceLimitException if there are too many, or they come too fast
     */
    public Slot enter(@Nullable InetAddress remote, boolean known, Runnable evict) throws ResourceLimitException {
        return enter(new Slot(AddressBlock.machine(remote), known ? byKnownAddress : byAddress, evict));
    }

    /**
     * Begins a handshake over a circuit of {@code relay}, as that of a stranger.
     *
     * @param evict as above
     * @throws ResourceLimitException if there are too many, or they come too fast
     */
    public Slot enter(PeerId relay, Runnable evict) throws ResourceLimitException {
        return enter(new Slot(ByteBuffer.wrap(relay.toBytes()), byRelay, evict));
    }

    private Slot enter(Slot slot) throws ResourceLimitException {
        Optional<Slot> evicted;
        synchronized (this) {
            evicted = slot.isKnown() ? roomForKnown(slot) : roomForStranger(slot);
            evicted.ifPresent(this::leave);
            slots.add(slot);
            slot.quota.enter(slot.block);
            known += slot.isKnown() ? 1 : 0;
        }
        evicted.ifPresent(oldest -> oldest.evict.run());
        return slot;
    }

    private void check(Slot slot) throws ResourceLimitException {
        if (slot.block == null) {
            return; // loopback
        }
        boolean ofAddress = slot.quota == byAddress;
        if (ofAddress && !byAddress.fits(slot.block)) {
            throw new ResourceLimitException(Resource.HALF_OPEN_CONNECTIONS_OF_ADDRESS, byAddress.max());
        }
        long now = nanoClock.getAsLong();
        if (ofAddress && !rateByAddress.take(slot.block, now)) {
            throw new ResourceLimitException(
                    Resource.HANDSHAKES_A_SECOND_OF_ADDRESS, Math.round(limits.perSecondAndAddress()));
        }
        if (!rate.take(now)) {
            throw new ResourceLimitException(Resource.HANDSHAKES_A_SECOND, Math.round(limits.perSecond()));
        }
    }

    /** Who gives way to a stranger: another, but no known address; to one behind a relay that has its part, one of those. */
    private Optional<Slot> roomForStranger(Slot slot) throws ResourceLimitException {
        check(slot);
        if (!slot.quota.fits(slot.block)) {
            return oldest(slot::isLike);
        }
        if (slots.size() < limits.halfOpenMax()) {
            return Optional.empty();
        }
        Optional<Slot> oldest = oldest(other -> !other.isKnown());
        if (oldest.isEmpty()) {
            throw tooMany();
        }
        return oldest;
    }

    /** Who gives way to a known address: that itself where it has its part, and a stranger where known ones have not theirs. */
    private Optional<Slot> roomForKnown(Slot slot) {
        if (!byKnownAddress.fits(slot.block)) {
            return oldest(slot::isLike);
        }
        if (known >= knownMax) {
            return oldest(Slot::isKnown);
        }
        return slots.size() < limits.halfOpenMax() ? Optional.empty() : oldest(other -> !other.isKnown());
    }

    private Optional<Slot> oldest(Predicate<Slot> fit) {
        return slots.stream().filter(fit).findFirst();
    }

    /** What becomes of one whose place is taken. */
    public ResourceLimitException tooMany() {
        return new ResourceLimitException(Resource.HALF_OPEN_CONNECTIONS, limits.halfOpenMax());
    }

    private synchronized void leave(Slot slot) {
        if (slots.remove(slot)) {
            slot.quota.leave(slot.block);
            known -= slot.isKnown() ? 1 : 0;
        }
    }

    /** How many handshakes are under way. */
    public synchronized int count() {
        return slots.size();
    }
}
