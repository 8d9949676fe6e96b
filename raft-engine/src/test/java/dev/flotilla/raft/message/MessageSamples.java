package dev.flotilla.raft.message;

import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.util.ArrayList;
import java.util.List;

/** One instance or more of every message, request and result, with every field away from its default. */
public final class MessageSamples {
    private MessageSamples() {}

    /** A peer id for tests: no key belongs to it. */
    public static PeerId peer(int number) {
        byte[] multihash = new byte[34];
        multihash[0] = 0x12;
        multihash[1] = 0x20;
        multihash[33] = (byte) number;
        return PeerId.fromBytes(multihash);
    }

    public static StoreId storeId(int number) {
        byte[] value = new byte[StoreId.SIZE_BYTES];
        value[0] = (byte) number;
        return new StoreId(Bytes.wrap(value));
    }

    public static GenesisId genesis(int number) {
        byte[] value = new byte[GenesisId.SIZE_BYTES];
        value[31] = (byte) number;
        return new GenesisId(Bytes.wrap(value));
    }

    public static EntryId id(long term, long index) {
        return new EntryId(term, index);
    }

    /** A command entry with that payload. */
    public static Entry entry(long term, long index, String payload) {
        return new Entry(id(term, index), Entry.Kind.COMMAND, Bytes.utf8(payload));
    }

    public static GroupSettings settings() {
        return new GroupSettings(1500, 20);
    }

    private static Configuration.SpentTicket revoked() {
        return Configuration.SpentTicket.revoked(
                peer(1), Bytes.utf8("n".repeat(Ticket.NONCE_BYTES)), 1_800_000_000_000L);
    }

    public static Configuration configuration() {
        Member first = Member.voter(peer(1), storeId(1)).withPriority(5);
        Member second = Member.learner(peer(2), storeId(2), true).withPriority(-100);
        return new Configuration(
                List.of(first, second),
                List.of(first),
                List.of(
                        Configuration.SpentTicket.by(
                                peer(2), Bytes.wrap(new byte[Ticket.NONCE_BYTES]), 1_700_000_000_000L),
                        revoked()),
                List.of(Member.voter(peer(3), storeId(3))),
                3,
                settings());
    }

    public static SnapshotMeta snapshot() {
        return new SnapshotMeta(
                id(4, 20), configuration(), id(3, 10), 1L << 40, Bytes.wrap(new byte[SnapshotMeta.HASH_BYTES]));
    }

    public static Ticket ticket() {
        return new Ticket(
                "garden übermorgen",
                genesis(7),
                Member.Role.LEARNER,
                1_700_000_000_123L,
                Bytes.fromHex("000102030405060708090a0b0c0d0e0f"),
                List.of(
                        new Ticket.Contact(peer(1), List.of("/ip4/127.0.0.1/tcp/4001", "/dns/example.org/tcp/1")),
                        new Ticket.Contact(peer(2), List.of())),
                peer(1),
                Bytes.utf8("signature"));
    }

    public static Certificate certificate(int number) {
        return new Certificate(
                genesis(7), peer(number), storeId(number), id(3, 12), peer(number + 1), Bytes.utf8("sig" + number));
    }

    public static RemovalNotice notice() {
        return new RemovalNotice(genesis(7), peer(3), storeId(3), id(5, 40), peer(1), Bytes.utf8("removed"));
    }

    public static List<Request> requests() {
        return List.of(
                new Request.Propose(new Command(peer(1), new RequestId(-5, 9), Bytes.utf8("payload"))),
                new Request.Propose(new Command(peer(1), new RequestId(1, 1), new InSession.Opening(), Bytes.EMPTY)),
                new Request.Propose(new Command(
                        peer(1), new RequestId(1, 2), new InSession.Numbered(7, 1L << 40, 3), Bytes.utf8("payload"))),
                new Request.ReadIndex(),
                new Request.LeaseRead(),
                new Request.ChangeMembers(
                        new MembershipChange(List.of(Member.voter(peer(4), storeId(4))), List.of(peer(5)))),
                new Request.ChangeMembers(MembershipChange.settings(settings())),
                new Request.ChangeMembers(MembershipChange.priority(peer(4), -7)),
                new Request.ChangeMembers(MembershipChange.revoke(revoked())),
                new Request.Transfer(peer(2)),
                new Request.Transfer(null),
                new Request.Join(peer(6), storeId(6), 2, ticket()));
    }

    public static List<Result> results() {
        List<Result> results = new ArrayList<>(
                List.of(new Result.Appended(id(3, 12)), new Result.ReadAt(99, 12_000_000), new Result.Done()));
        for (Result.Reason reason : Result.Reason.values()) {
            results.add(new Result.Refused(reason, "because of " + reason));
        }
        return List.copyOf(results);
    }

    public static List<RaftMessage> messages() {
        List<RaftMessage> messages = new ArrayList<>(List.of(
                new RaftMessage.PreVoteRequest(7, id(6, 30)),
                new RaftMessage.PreVoteReply(7, 6, true),
                new RaftMessage.RequestVote(7, id(6, 30), true),
                new RaftMessage.VoteReply(7, true),
                new RaftMessage.AppendEntries(7, 2, EntryId.NONE, List.of(), 0),
                new RaftMessage.AppendEntries(7, 2, id(5, 10), entries(), 9),
                new RaftMessage.AppendAccepted(7, 2, 13),
                new RaftMessage.AppendRejected(7, 2, 13, id(4, 8)),
                new RaftMessage.AppendRejected(7, 2, 13, id(4, 8), true),
                new RaftMessage.Heartbeat(7, 2, 1L << 50, 12),
                new RaftMessage.HeartbeatReply(7, 2, 1L << 50),
                new RaftMessage.InstallSnapshot(7, 2, snapshot(), 15),
                new RaftMessage.InstallSnapshotReply(7, 2, 20, SnapshotProgress.FETCHING),
                new RaftMessage.InstallSnapshotReply(7, 2, 20, SnapshotProgress.INSTALLED),
                new RaftMessage.Quiet(3, 1, 9, 12, -5),
                new RaftMessage.QuietReply(3, 1, 9, 7, true),
                new RaftMessage.TimeoutNow(HardState.TERM_MAX),
                new RaftMessage.FetchEntries(id(5, 11), 1L << 50),
                new RaftMessage.EntriesFetched(entries()),
                new RaftMessage.JoinRequest(new RequestId(Long.MIN_VALUE, 1), ticket()),
                new RaftMessage.Refusal(),
                new RaftMessage.Introduction(List.of(certificate(1), certificate(2))),
                new RaftMessage.CertificateRequest(),
                new RaftMessage.CertificateIssued(List.of(certificate(3))),
                new RaftMessage.Removed(notice())));
        requests().forEach(request -> messages.add(new RaftMessage.Forward(9, new RequestId(11, 12), request)));
        results().forEach(result -> messages.add(new RaftMessage.Answer(new RequestId(13, 14), result)));
        return List.copyOf(messages);
    }

    private static List<Entry> entries() {
        return List.of(
                new Entry(id(5, 11), Entry.Kind.NOOP, Bytes.EMPTY),
                entry(6, 12, "payload"),
                new Entry(id(7, 13), Entry.Kind.CONFIGURATION, EntryCodec.encodeConfiguration(configuration())));
    }

    /** All of {@link #messages} in one envelope. */
    public static Envelope envelope() {
        List<Envelope.Addressed> addressed = new ArrayList<>();
        for (RaftMessage message : messages()) {
            addressed.add(new Envelope.Addressed(genesis(addressed.size()), message));
        }
        return new Envelope(storeId(9), -42, 2, addressed);
    }
}
