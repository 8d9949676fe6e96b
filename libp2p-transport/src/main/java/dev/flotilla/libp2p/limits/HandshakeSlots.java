package dev.flotilla.libp2p.limits;

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
 * those of strangers, but one of them, which strangers may share with a member, has a part only, as have all together.
 * Thread-safe.
 */
public final class HandshakeSlots {
    private final HandshakeLimits limits;
    private final LongSupplier nanoClock;
    private final int knownMax;
    private final Set<Slot> slots = new LinkedHashSet<>(); // guarded by this; the oldest first
    private final AddressQuota byAddress; // guarded by this; of strangers
    private final AddressQuota byKnownAddress; // guarded by this
    private int known; // guarded by this; of the slots
    private final TokenBucket rate; // guarded by this
    private final AddressRates rateByAddress; // guarded by this

    public HandshakeSlots(HandshakeLimits limits, LongSupplier nanoClock) {
        this.limits = limits;
        this.nanoClock = nanoClock;
        this.knownMax = limits.halfOpenMax() - limits.halfOpenMax() / 4;
        this.byAddress = new AddressQuota(limits.halfOpenPerAddressMax());
        this.byKnownAddress = new AddressQuota(Math.max(1, limits.halfOpenMax() / 4));
        this.rate = new TokenBucket(limits.perSecond(), limits.burst(), nanoClock.getAsLong());
        this.rateByAddress = new AddressRates(limits.perSecondAndAddress(), limits.burstPerAddress());
    }

    /** A handshake under way. */
    public final class Slot {
        private final @Nullable ByteBuffer block; // null where addresses are not counted
        private final boolean known;
        private final Runnable evict;

        private Slot(@Nullable ByteBuffer block, boolean known, Runnable evict) {
            this.block = block;
            this.known = known;
            this.evict = evict;
        }

        /** It is over, either way. Idempotent. */
        public void leave() {
            HandshakeSlots.this.leave(this);
        }
    }

    /**
     * Begins a handshake.
     *
     * @param remote null behind a relay, whose address is not the peer's
     * @param known whether a protected peer has proven itself there
     * @param evict ends this handshake, when another takes its place; called on any thread
     * @throws ResourceLimitException if there are too many, or they come too fast
     */
    public Slot enter(@Nullable InetAddress remote, boolean known, Runnable evict) throws ResourceLimitException {
        Slot slot = new Slot(AddressBlock.machine(remote), known, evict);
        Optional<Slot> evicted;
        synchronized (this) {
            evicted = known ? roomForKnown(slot.block) : roomForStranger(slot.block);
            evicted.ifPresent(this::leave);
            slots.add(slot);
            quota(slot).enter(slot.block);
            this.known += known ? 1 : 0;
        }
        evicted.ifPresent(oldest -> oldest.evict.run());
        return slot;
    }

    private void check(@Nullable ByteBuffer block) throws ResourceLimitException {
        if (block == null) {
            return; // loopback or a relay
        }
        if (!byAddress.fits(block)) {
            throw new ResourceLimitException(Resource.HALF_OPEN_CONNECTIONS_OF_ADDRESS, byAddress.max());
        }
        long now = nanoClock.getAsLong();
        if (!rateByAddress.take(block, now)) {
            throw new ResourceLimitException(
                    Resource.HANDSHAKES_A_SECOND_OF_ADDRESS, Math.round(limits.perSecondAndAddress()));
        }
        if (!rate.take(now)) {
            throw new ResourceLimitException(Resource.HANDSHAKES_A_SECOND, Math.round(limits.perSecond()));
        }
    }

    /** Who gives way to a stranger: another, but no known address. */
    private Optional<Slot> roomForStranger(@Nullable ByteBuffer block) throws ResourceLimitException {
        check(block);
        if (slots.size() < limits.halfOpenMax()) {
            return Optional.empty();
        }
        Optional<Slot> oldest = oldest(slot -> !slot.known);
        if (oldest.isEmpty()) {
            throw tooMany();
        }
        return oldest;
    }

    /** Who gives way to a known address: that itself where it has its part, and a stranger where known ones have not theirs. */
    private Optional<Slot> roomForKnown(@Nullable ByteBuffer block) {
        if (!byKnownAddress.fits(block)) {
            return oldest(slot -> slot.known && Objects.equals(slot.block, block));
        }
        if (known >= knownMax) {
            return oldest(slot -> slot.known);
        }
        return slots.size() < limits.halfOpenMax() ? Optional.empty() : oldest(slot -> !slot.known);
    }

    private Optional<Slot> oldest(Predicate<Slot> fit) {
        return slots.stream().filter(fit).findFirst();
    }

    private AddressQuota quota(Slot slot) {
        return slot.known ? byKnownAddress : byAddress;
    }

    /** What becomes of one whose place is taken. */
    public ResourceLimitException tooMany() {
        return new ResourceLimitException(Resource.HALF_OPEN_CONNECTIONS, limits.halfOpenMax());
    }

    private synchronized void leave(Slot slot) {
        if (slots.remove(slot)) {
            quota(slot).leave(slot.block);
            known -= slot.known ? 1 : 0;
        }
    }

    /** How many handshakes are under way. */
    public synchronized int count() {
        return slots.size();
    }
}
