package dev.flotilla.raft;

import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.consensus.ReadResult;
import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.core.Explanation;
import dev.flotilla.raft.driver.GroupDriver;
import dev.flotilla.raft.driver.GroupEvent;
import dev.flotilla.raft.driver.GroupEvents;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.MembershipChange;
import dev.flotilla.raft.message.SnapshotMarker;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The group of a {@link RaftNode}, as applications see it. */
record DrivenGroup<R>(GroupDriver<R> driver) implements RaftGroup<R> {
    @Override
    public GenesisId genesis() {
        return driver.genesis();
    }

    @Override
    public CompletableFuture<Outcome<R>> propose(Bytes command) {
        return driver.propose(command);
    }

    @Override
    public CompletableFuture<Outcome<R>> retry(Outcome.RetryToken token, Bytes command) {
        return driver.retry(token, command);
    }

    @Override
    public <T> CompletableFuture<ReadResult<T>> read(Consistency consistency, Supplier<T> query) {
        return driver.read(consistency, query);
    }

    @Override
    public CompletableFuture<Outcome<Void>> changeMembers(MembershipChange change) {
        return driver.changeMembers(change);
    }

    @Override
    public CompletableFuture<Outcome<Void>> revokeTicket(Bytes nonce, long expiresAtMillis) {
        return driver.revokeTicket(nonce, expiresAtMillis);
    }

    @Override
    public CompletableFuture<Outcome<Void>> transferLeadership(@Nullable PeerId target) {
        return driver.transferLeadership(target);
    }

    @Override
    public Ticket invite(String community, Member.Role role, Duration validFor, List<Ticket.Contact> contacts) {
        return driver.invite(community, role, validFor, contacts);
    }

    @Override
    public CompletableFuture<Outcome<Void>> joined() {
        return driver.joined();
    }

    @Override
    public CompletableFuture<CoreStatus> status() {
        return driver.status();
    }

    @Override
    public CompletableFuture<Explanation> why() {
        return driver.why();
    }

    @Override
    public CompletableFuture<SnapshotMeta> takeSnapshot() {
        return driver.takeSnapshot();
    }

    @Override
    public CompletableFuture<SnapshotMarker> beginSnapshot() {
        return driver.beginSnapshot();
    }

    @Override
    public CompletableFuture<SnapshotMeta> endSnapshot(SnapshotMarker marker) {
        return driver.endSnapshot(marker);
    }

    @Override
    public void listener(GroupListener listener) {
        driver.listener(new GroupEvents() {
            @Override
            public void changed(CoreStatus status) {
                listener.changed(status);
            }

            @Override
            public void happened(GroupEvent event) {
                listener.happened(event);
            }

            @Override
            public void failed(Throwable cause) {
                listener.failed(cause);
            }
        });
    }

    @Override
    public void close() {
        driver.close();
    }
}
