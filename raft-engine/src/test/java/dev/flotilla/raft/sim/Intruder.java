package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.message.Certificate;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.RemovalNotice;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * An outsider that knows the group, its members and what they say to each other, and can sign for nobody but itself
 * (DESIGN.md section 1: outsiders are hostile). Whatever it says, it hears one and the same refusal, and nothing comes of
 * it.
 */
final class Intruder {
    private static final PeerId SELF = Names.peer("x1");
    private static final StoreId STORE = Names.store(SELF, 1);

    private final RandomGenerator random;

    Intruder(RandomGenerator random) {
        this.random = random;
    }

    static boolean isOne(PeerId peer) {
        return peer.equals(SELF);
    }

    /** What {@code peer} sends it. */
    static void answered(SimPeer peer, RaftMessage message) {
        Violation.unless(
                message instanceof RaftMessage.Refusal,
                "%s answers an outsider with %s",
                peer.name(),
                MessageText.of(message));
    }

    /** Shows forged certificates to {@code peer}, then says something. */
    void speakTo(SimPeer peer) {
        CoreStatus status = peer.status();
        List<Member> members = status.configuration().all();
        if (members.isEmpty()) {
            return; // it knows nobody yet and believes its contacts alone
        }
        PeerId member = members.get(random.nextInt(members.size())).peerId();
        Certificate forged = new Certificate(
                Names.GENESIS, SELF, STORE, status.configurationId(), member, Bytes.utf8("signed by " + member));
        say(peer, new RaftMessage.Introduction(List.of(forged)));
        say(peer, lie(peer, status, member));
    }

    private static void say(SimPeer peer, RaftMessage message) {
        peer.step(new Input.Received(SELF, STORE, FeatureLevel.NEWEST, message, peer.wallMillis()));
    }

    private RaftMessage lie(SimPeer peer, CoreStatus status, PeerId member) {
        long term = status.term() + random.nextInt(3);
        EntryId last = status.lastEntry();
        EntryId next = new EntryId(term, last.index() + 1);
        return switch (random.nextInt(8)) {
            case 0 -> new RaftMessage.RequestVote(term, next, true);
            case 1 -> new RaftMessage.PreVoteRequest(term + 1, next);
            case 2 -> {
                Entry entry = new Entry(next, Entry.Kind.NOOP, Bytes.EMPTY);
                yield new RaftMessage.AppendEntries(term, 1, last, List.of(entry), next.index());
            }
            case 3 -> new RaftMessage.Heartbeat(term, 1, 1, last.index());
            case 4 -> new RaftMessage.VoteReply(term, true);
            case 5 -> new RaftMessage.AppendAccepted(term, 1, last.index());
            case 6 -> new RaftMessage.HeartbeatReply(term, 1, Long.MAX_VALUE);
            default ->
                new RaftMessage.Removed(new RemovalNotice(
                        Names.GENESIS, peer.id(), peer.storeId(), next, member, Bytes.utf8("signed by " + member)));
        };
    }
}
