package dev.flotilla.raft.message;

import dev.flotilla.raft.message.proto.ProtoCertificateChain;
import dev.flotilla.raft.message.proto.ProtoCommand;
import dev.flotilla.raft.message.proto.ProtoConfiguration;
import dev.flotilla.raft.message.proto.ProtoEntry;
import dev.flotilla.raft.message.proto.ProtoHardState;
import dev.flotilla.raft.message.proto.ProtoNothing;
import dev.flotilla.raft.message.proto.ProtoNumbered;
import dev.flotilla.raft.message.proto.ProtoRemovalNotice;
import dev.flotilla.raft.message.proto.ProtoSnapshotMeta;
import dev.flotilla.transport.Bytes;
import java.util.List;

/**
 * The forms in which entries, their payloads and what is kept beside them go to disk and wire. Every {@code decode}
 * checks all lengths and ranges and throws {@link MalformedMessageException}, nothing else. What it returns may share
 * memory with one copy of its input.
 */
public final class EntryCodec {
    private EntryCodec() {}

    public static Bytes encode(Entry entry) {
        return Wire.encode(toProto(entry));
    }

    public static Entry decodeEntry(Bytes bytes) throws MalformedMessageException {
        return Wire.decode("an entry", bytes, ProtoEntry.parser(), EntryCodec::entry);
    }

    /** The payload of an entry of kind {@link Entry.Kind#COMMAND}. */
    public static Bytes encodeCommand(Command command) {
        return CommandCodec.encode(command);
    }

    public static Command decodeCommand(Bytes payload) throws MalformedMessageException {
        return CommandCodec.decode(payload);
    }

    /** The payload of an entry of kind {@link Entry.Kind#CONFIGURATION}. */
    public static Bytes encodeConfiguration(Configuration configuration) {
        return Wire.encode(MembershipCodec.toProto(configuration));
    }

    public static Configuration decodeConfiguration(Bytes payload) throws MalformedMessageException {
        return Wire.decode("a configuration", payload, ProtoConfiguration.parser(), MembershipCodec::configuration);
    }

    public static Bytes encode(HardState hardState) {
        ProtoHardState.Builder proto = ProtoHardState.newBuilder().setTerm(hardState.term());
        if (hardState.votedFor() != null) {
            proto.setVotedFor(Wire.toProto(hardState.votedFor()));
        }
        return Wire.encode(proto.build());
    }

    public static HardState decodeHardState(Bytes bytes) throws MalformedMessageException {
        return Wire.decode(
                "a hard state",
                bytes,
                ProtoHardState.parser(),
                proto -> new HardState(
                        Wire.atLeastZero("term", proto.getTerm()),
                        proto.getVotedFor().isEmpty() ? null : Wire.peerId(proto.getVotedFor())));
    }

    public static Bytes encode(SnapshotMeta snapshot) {
        return Wire.encode(toProto(snapshot));
    }

    public static SnapshotMeta decodeSnapshotMeta(Bytes bytes) throws MalformedMessageException {
        return Wire.decode("a snapshot's description", bytes, ProtoSnapshotMeta.parser(), EntryCodec::snapshot);
    }

    /** A member's certificates, its own first. */
    public static Bytes encodeChain(List<Certificate> chain) {
        return Wire.encode(MembershipCodec.toProto(chain));
    }

    public static List<Certificate> decodeChain(Bytes bytes) throws MalformedMessageException {
        return Wire.decode("a chain of certificates", bytes, ProtoCertificateChain.parser(), MembershipCodec::chain);
    }

    public static Bytes encode(RemovalNotice notice) {
        return Wire.encode(MembershipCodec.toProto(notice));
    }

    public static RemovalNotice decodeRemovalNotice(Bytes bytes) throws MalformedMessageException {
        return Wire.decode("a removal notice", bytes, ProtoRemovalNotice.parser(), MembershipCodec::notice);
    }

    static ProtoEntry toProto(Entry entry) {
        return ProtoEntry.newBuilder()
                .setTerm(entry.term())
                .setIndex(entry.index())
                .setKind(entry.kind().number())
                .setPayload(Wire.toProto(entry.payload()))
                .build();
    }

    static Entry entry(ProtoEntry proto) {
        return new Entry(
                new EntryId(proto.getTerm(), proto.getIndex()),
                Entry.Kind.of(proto.getKind()),
                Wire.fromProto(proto.getPayload()));
    }

    static ProtoCommand toProto(Command command) {
        ProtoCommand.Builder proto = ProtoCommand.newBuilder()
                .setOrigin(Wire.toProto(command.origin()))
                .setRequest(Wire.toProto(command.request()))
                .setData(Wire.toProto(command.data()));
        if (command.inSession() instanceof InSession.Opening) {
            proto.setOpensSession(ProtoNothing.getDefaultInstance());
        } else if (command.inSession() instanceof InSession.Numbered numbered) {
            proto.setNumbered(ProtoNumbered.newBuilder()
                    .setSession(numbered.session())
                    .setSequence(numbered.sequence())
                    .setLowestUnanswered(numbered.lowestUnanswered()));
        }
        return proto.build();
    }

    static Command command(ProtoCommand proto) {
        InSession inSession =
                switch (proto.getInSessionCase()) {
                    case OPENS_SESSION -> new InSession.Opening();
                    case NUMBERED -> numbered(proto.getNumbered());
                    case INSESSION_NOT_SET -> new InSession.None();
                };
        return new Command(
                Wire.peerId(proto.getOrigin()),
                Wire.requestId(proto.getRequest()),
                inSession,
                Wire.fromProto(proto.getData()));
    }

    private static InSession numbered(ProtoNumbered proto) {
        return new InSession.Numbered(proto.getSession(), proto.getSequence(), proto.getLowestUnanswered());
    }

    static ProtoSnapshotMeta toProto(SnapshotMeta snapshot) {
        return ProtoSnapshotMeta.newBuilder()
                .setLastIncluded(Wire.toProto(snapshot.lastIncluded()))
                .setConfiguration(MembershipCodec.toProto(snapshot.configuration()))
                .setConfigurationId(Wire.toProto(snapshot.configurationId()))
                .setSizeBytes(snapshot.sizeBytes())
                .setHash(Wire.toProto(snapshot.hash()))
                .build();
    }

    static SnapshotMeta snapshot(ProtoSnapshotMeta proto) {
        return new SnapshotMeta(
                Wire.entryId(proto.getLastIncluded()),
                MembershipCodec.configuration(proto.getConfiguration()),
                Wire.entryId(proto.getConfigurationId()),
                proto.getSizeBytes(),
                Bytes.wrap(proto.getHash().toByteArray()));
    }
}
