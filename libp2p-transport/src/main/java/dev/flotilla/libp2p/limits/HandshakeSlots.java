package dev.flotilla.libp2p.limits;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The inbound handshakes that are under way. A new one takes the place of the oldest where there is no other: who does
 * nothing cannot keep others out, and who shakes hands is done before so many others have come. Thread-safe.
 */
public final class HandshakeSlots {
    private final HandshakeLimits limits;
    private final LongSupplier nanoClock;
    private final Set<Slot> slots = new LinkedHashSet<>(); // guarded by this; the oldest first
    private final AddressQuota byAddress; // guarded by this
    private final TokenBucket rate; // guarded by this
    private final AddressRates rateByAddress; // guarded by this

    public HandshakeSlots(HandshakeLimits limits, LongSupplier nanoClock) {
        this.limits = limits;
        this.nanoClock = nanoClock;
        this.byAddress = new AddressQuota(limits.halfOpenPerAddressMax());
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
        ByteBuffer block = known ? null : AddressBlock.machine(remote);
        Slot slot = new Slot(block, known, evict);
        Optional<Slot> evicted;
        synchronized (this) {
            check(block);
            evicted = slots.size() < limits.halfOpenMax() ? Optional.empty() : removeOldest(known);
            slots.add(slot);
            byAddress.enter(block);
        }
        evicted.ifPresent(oldest -> oldest.evict.run());
        return slot;
    }

    private void check(@Nullable ByteBuffer block) throws ResourceLimitException {
        if (block == null) {
            return; // loopback, a relay, or a member's address
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

    /** A stranger's if there is one; that of a known address gives way to nobody but such. */
    private Optional<Slot> removeOldest(boolean forKnown) throws ResourceLimitException {
        Slot oldest = null;
        for (Iterator<Slot> each = slots.iterator(); each.hasNext() && (oldest == null || oldest.known); ) {
            Slot slot = each.next();
            if (!slot.known || (oldest == null && forKnown)) {
                oldest = slot;
            }
        }
        if (oldest == null) {
            throw tooMany();
        }
        leave(oldest);
        return Optional.of(oldest);
    }

    /** What becomes of one whose place is taken. */
    public ResourceLimitException tooMany() {
        return new ResourceLimitException(Resource.HALF_OPEN_CONNECTIONS, limits.halfOpenMax());
    }

    private synchronized void leave(Slot slot) {
        if (slots.remove(slot)) {
            byAddress.leave(slot.block);
        }
    }

    /** How many handshakes are under way. */
    public synchronized int count() {
        return slots.size();
    }
}
