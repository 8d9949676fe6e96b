package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.transport.PeerId;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** What one quiet group has to do with {@link NodeHeartbeats}. Belongs to the group's loop. */
public final class Silence {
    private final NodeHeartbeats heartbeats;
    private final LongSupplier clock;
    private Map<PeerId, Long> reliesOn = Map.of(); // with the incarnations that this was told of
    private boolean asked; // whether others may rely on this node for this group's sake

    /** A group that relies on nobody; {@code clock} is the one of {@code heartbeats}. */
    public Silence(NodeHeartbeats heartbeats, LongSupplier clock) {
        this.heartbeats = heartbeats;
        this.clock = clock;
    }

    /**
     * The message with this node's incarnation where it belongs there. As of now: if the group ends in this very round,
     * the message must not vouch for what comes after.
     */
    public RaftMessage stamped(RaftMessage message) {
        if (message instanceof RaftMessage.Quiet quiet) {
            asked = true;
            return new RaftMessage.Quiet(
                    quiet.term(), quiet.run(), quiet.round(), quiet.index(), heartbeats.incarnation());
        }
        if (message instanceof RaftMessage.QuietReply reply) {
            return new RaftMessage.QuietReply(
                    reply.term(), reply.run(), reply.round(), heartbeats.incarnation(), reply.quiet());
        }
        return message;
    }

    /** Relies on these nodes alone from now on; {@code lost} is told which of them are lost already. */
    public void watch(Map<PeerId, Long> incarnations, Consumer<PeerId> lost) {
        Map<PeerId, Long> before = reliesOn;
        reliesOn = incarnations;
        heartbeats.watch(before.keySet(), incarnations, clock.getAsLong()).forEach(lost);
    }

    /** The group ends here. Whoever may be quiet for its leader's sake, and was not told otherwise, is woken. */
    public void end() {
        watch(Map.of(), peer -> {});
        if (asked) {
            heartbeats.renew();
        }
    }
}
