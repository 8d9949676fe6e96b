package dev.flotilla.raft.scenario;

import dev.flotilla.raft.message.Certificate;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.RemovalNotice;
import dev.flotilla.raft.sim.FakeCredentials;
import dev.flotilla.raft.sim.Names;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads messages without entries as {@link dev.flotilla.raft.sim.MessageText} writes them, and
 * {@code EntriesFetched first=2/3 last=2/4} of two empty ones.
 */
final class MessageParser {
    private final Map<String, String> fields = new HashMap<>();

    private MessageParser(List<String> words) {
        for (String word : words) {
            String[] field = word.split("=", 2);
            fields.put(field[0], field.length == 2 ? field[1] : "true");
        }
    }

    static RaftMessage parse(List<String> words) {
        return new MessageParser(words.subList(1, words.size())).message(words.get(0));
    }

    private RaftMessage message(String name) {
        return switch (name) {
            case "PreVoteRequest" -> new RaftMessage.PreVoteRequest(number("term"), id("last"));
            case "PreVoteReply" -> new RaftMessage.PreVoteReply(number("requestTerm"), number("term"), flag("granted"));
            case "RequestVote" -> new RaftMessage.RequestVote(number("term"), id("last"), flag("transfer"));
            case "VoteReply" -> new RaftMessage.VoteReply(number("term"), flag("granted"));
            case "AppendEntries" ->
                new RaftMessage.AppendEntries(number("term"), number("run"), id("prev"), List.of(), number("commit"));
            case "AppendAccepted" -> new RaftMessage.AppendAccepted(number("term"), number("run"), number("match"));
            case "AppendRejected" ->
                new RaftMessage.AppendRejected(
                        number("term"), number("run"), number("rejected"), id("hint"), flag("damaged"));
            case "Heartbeat" ->
                new RaftMessage.Heartbeat(number("term"), number("run"), number("round"), number("commit"));
            case "HeartbeatReply" -> new RaftMessage.HeartbeatReply(number("term"), number("run"), number("round"));
            case "Quiet" ->
                new RaftMessage.Quiet(number("term"), number("run"), number("round"), number("index"), 1_000_000);
            case "QuietReply" ->
                new RaftMessage.QuietReply(number("term"), number("run"), number("round"), 1_000_000, flag("quiet"));
            case "FetchEntries" -> new RaftMessage.FetchEntries(id("first"), number("last"));
            case "EntriesFetched" -> new RaftMessage.EntriesFetched(List.of(noop(id("first")), noop(id("last"))));
            case "TimeoutNow" -> new RaftMessage.TimeoutNow(number("term"));
            case "CertificateRequest" -> new RaftMessage.CertificateRequest();
            case "Refusal" -> new RaftMessage.Refusal();
            case "Introduction" -> new RaftMessage.Introduction(List.of(certificate()));
            case "Removed" -> new RaftMessage.Removed(notice());
            default -> throw new IllegalArgumentException("cannot read a " + name);
        };
    }

    /** {@code of=n4 by=n1 signed=n2 at=2/2}: says that n1 issued it, but n2 signed it. */
    private Certificate certificate() {
        PeerId subject = Names.peer(field("of"));
        PeerId issuer = Names.peer(field("by"));
        Certificate unsigned =
                new Certificate(Names.GENESIS, subject, Names.store(subject, 1), id("at"), issuer, Bytes.EMPTY);
        return new Certificate(
                Names.GENESIS, subject, unsigned.storeId(), id("at"), issuer, signature(unsigned.signedBytes()));
    }

    /** As {@link #certificate}. */
    private RemovalNotice notice() {
        PeerId subject = Names.peer(field("of"));
        PeerId issuer = Names.peer(field("by"));
        RemovalNotice unsigned =
                new RemovalNotice(Names.GENESIS, subject, Names.store(subject, 1), id("at"), issuer, Bytes.EMPTY);
        return new RemovalNotice(
                Names.GENESIS, subject, unsigned.storeId(), id("at"), issuer, signature(unsigned.signedBytes()));
    }

    private Bytes signature(Bytes payload) {
        return new FakeCredentials(Names.peer(field("signed"))).sign(payload);
    }

    private String field(String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no " + name + " among " + fields);
        }
        return value;
    }

    private long number(String name) {
        return Long.parseLong(field(name));
    }

    private boolean flag(String name) {
        return fields.getOrDefault(name, "false").equals("true");
    }

    private EntryId id(String name) {
        return entryId(field(name));
    }

    private static Entry noop(EntryId id) {
        return new Entry(id, Entry.Kind.NOOP, Bytes.EMPTY);
    }

    /** {@code term/index}. */
    static EntryId entryId(String text) {
        String[] numbers = text.split("/", 2);
        return new EntryId(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
    }
}
