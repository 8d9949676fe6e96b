package dev.flotilla.raft.driver;

import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.ReadResult;
import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.transport.PeerId;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The group that this peer joins, as its {@link Joining} needs it. Belongs to the group's loop. */
record JoiningHost<R>(GroupLoop<R> group, EventLoop loop) implements Joining.Host {
    private static final Logger LOG = LoggerFactory.getLogger(JoiningHost.class);

    @Override
    public CoreStatus status() {
        return group.view().status();
    }

    @Override
    public void send(PeerId to, RaftMessage message) {
        loop.outbox().add(to, group, message);
    }

    @Override
    public void catchUp(Runnable caughtUp, Runnable notYet) {
        CompletableFuture<ReadResult<Boolean>> read = new CompletableFuture<>();
        group.requests().read(Consistency.linearizable(), () -> Boolean.TRUE, read);
        var unused = read.whenComplete((answer, failure) -> group.onLoop(() -> {
            (failure == null ? caughtUp : notYet).run();
            group.afterStep();
        }));
    }

    @Override
    public void joined() {
        LOG.info("joined group={}", GroupTrace.shortText(group.genesis()));
        loop.round().add(Tables.removeJoin(group.genesis()));
    }
}
