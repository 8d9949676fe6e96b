package dev.flotilla.raft.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnknownFieldSet;
import dev.flotilla.raft.message.proto.ProtoAddressed;
import dev.flotilla.raft.message.proto.ProtoEnvelope;
import dev.flotilla.raft.message.proto.ProtoForward;
import dev.flotilla.raft.message.proto.ProtoJoinRequest;
import dev.flotilla.raft.message.proto.ProtoTicket;
import dev.flotilla.transport.Bytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MessageCodecTest {
    static List<RaftMessage> messages() {
        return MessageSamples.messages();
    }

    private static Envelope envelope(RaftMessage message) {
        return new Envelope(
                MessageSamples.storeId(1), 5, 1, List.of(new Envelope.Addressed(MessageSamples.genesis(2), message)));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void everyMessageComesBackAsItWas(RaftMessage message) throws Exception {
        assertThat(MessageCodec.decode(MessageCodec.encode(envelope(message)))).isEqualTo(envelope(message));
    }

    @Test
    void anEnvelopeOfAllMessagesComesBackAsItWas() throws Exception {
        Envelope envelope = MessageSamples.envelope();
        assertThat(MessageCodec.decode(MessageCodec.encode(envelope))).isEqualTo(envelope);
    }

    @Test
    void noKindOfMessageRequestOrResultIsLeftOut() {
        assertThat(classesOf(MessageSamples.messages())).isEqualTo(permitted(RaftMessage.class));
        assertThat(classesOf(MessageSamples.requests())).isEqualTo(permitted(Request.class));
        assertThat(classesOf(MessageSamples.results())).isEqualTo(permitted(Result.class));
    }

    private static Set<Class<?>> classesOf(List<?> values) {
        return values.stream().map(Object::getClass).collect(Collectors.toSet());
    }

    private static Set<Class<?>> permitted(Class<?> sealed) {
        return Stream.of(sealed.getPermittedSubclasses()).collect(Collectors.toSet());
    }

    @Test
    void anotherProtocolVersionIsRefusedWithBothNumbers() {
        byte[] frame = MessageCodec.encode(envelope(new RaftMessage.Refusal())).toByteArray();
        frame[0] = (byte) 200;
        assertThatThrownBy(() -> MessageCodec.decode(Bytes.wrap(frame)))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessage("a frame of protocol version 200, while this peer speaks version 1: this peer is too old");
        assertThatThrownBy(() -> MessageCodec.decode(Bytes.EMPTY))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessage("a frame of no bytes");
    }

    @Test
    void messagesOfUnknownKindsAreSkipped() throws Exception {
        ByteString genesis = Wire.toProto(MessageSamples.genesis(2));
        UnknownFieldSet future = UnknownFieldSet.newBuilder()
                .addField(
                        900,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFromUtf8("?"))
                                .build())
                .build();
        ProtoEnvelope newer = ProtoEnvelope.newBuilder()
                .setStoreId(Wire.toProto(MessageSamples.storeId(1)))
                .setIncarnation(5)
                .addMessages(ProtoAddressed.newBuilder().setGenesis(genesis).setUnknownFields(future))
                .addMessages(ProtoAddressed.newBuilder()
                        .setGenesis(genesis)
                        .setForward(ProtoForward.newBuilder().setUnknownFields(future)))
                .addMessages(MessageEncoder.toProto(
                        new Envelope.Addressed(MessageSamples.genesis(2), new RaftMessage.TimeoutNow(3))))
                .setUnknownFields(future)
                .build();

        assertThat(decode(newer)).isEqualTo(envelope(new RaftMessage.TimeoutNow(3)));
    }

    /** So that an old peer can tell what a newer one is, whatever else it says. */
    @Test
    void theFeatureLevelOfANewerPeerIsRead() throws Exception {
        ProtoEnvelope newer = ProtoEnvelope.newBuilder()
                .setStoreId(Wire.toProto(MessageSamples.storeId(1)))
                .setFeatureLevel(FeatureLevel.NEWEST + 7)
                .build();
        assertThat(decode(newer).featureLevel()).isEqualTo(FeatureLevel.NEWEST + 7);
        ProtoEnvelope silent = newer.toBuilder().clearFeatureLevel().build();
        assertThat(decode(silent).featureLevel()).isEqualTo(FeatureLevel.FIRST);
        ProtoEnvelope absurd = newer.toBuilder().setFeatureLevel(-1).build();
        assertThatThrownBy(() -> decode(absurd))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("no feature level: 4294967295");
    }

    private static Envelope decode(ProtoEnvelope proto) throws MalformedMessageException {
        byte[] frame = Wire.encode(proto, 1);
        frame[0] = MessageCodec.VERSION;
        return MessageCodec.decode(Bytes.wrap(frame));
    }

    @Test
    void anEmptyEnvelopeIsACallersMistake() {
        Envelope empty = new Envelope(MessageSamples.storeId(1), 5, 1, List.of());
        assertThatThrownBy(() -> MessageCodec.encode(empty)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void entriesThatDoNotFollowEachOtherAreRefused() {
        assertRefused(append(id(2, 4), entry(2, 6)), "entry 2/6 does not follow 2/4");
        assertRefused(append(id(2, 4), entry(2, 5), entry(2, 5)), "entry 2/5 does not follow 2/5");
        assertRefused(append(id(2, 4), entry(1, 5)), "terms fall from entry 2/4 to 1/5");
        assertRefused(append(id(2, 4), entry(8, 5)), "entry 8/5 is of a later term than its message's 7");
        assertRefused(append(id(8, 4)), "entry 8/4 is of a later term than its message's 7");
        assertRefused(
                new RaftMessage.RequestVote(3, id(4, 4), false), "entry 4/4 is of a later term than its message's 3");
    }

    @Test
    void numbersBeyondTheirRangeAreRefused() {
        assertRefused(new RaftMessage.VoteReply(-1, true), "term 18446744073709551615 is larger");
        assertRefused(
                new RaftMessage.TimeoutNow(HardState.TERM_MAX + 1),
                "term 4611686018427387905 is larger than the last that there may be, 4611686018427387904");
        assertRefused(new RaftMessage.FetchEntries(EntryId.NONE, 3), "no entries are asked for: from 0/0 to 3");
        assertRefused(new RaftMessage.FetchEntries(id(2, 4), 3), "no entries are asked for: from 2/4 to 3");
        assertRefused(new RaftMessage.EntriesFetched(List.of()), "an answer to a request for entries has none");
        assertRefused(
                new RaftMessage.EntriesFetched(List.of(entry(2, 4), entry(2, 6))), "entry 2/6 does not follow 2/4");
        assertRefused(new RaftMessage.AppendAccepted(1, 1, -2), "match index 18446744073709551614 is larger");
        assertRefused(new RaftMessage.Heartbeat(1, -3, 1, 1), "run 18446744073709551613 is larger");
    }

    @Test
    void listsBeyondTheirBoundsAreRefused() {
        List<Certificate> chain = Collections.nCopies(Certificate.CHAIN_MAX + 1, MessageSamples.certificate(1));
        assertRefused(new RaftMessage.Introduction(chain), "at most 64 certificates are allowed, got 65");
    }

    @Test
    void aRefusalsDetailIsCutToItsBound() throws Exception {
        String detail = "\uD83D\uDE80".repeat(2000);
        RaftMessage answer =
                new RaftMessage.Answer(new RequestId(1, 1), new Result.Refused(Result.Reason.BUSY, detail));
        RaftMessage decoded = MessageCodec.decode(MessageCodec.encode(envelope(answer)))
                .messages()
                .get(0)
                .message();
        assertThat(decoded).isInstanceOfSatisfying(RaftMessage.Answer.class, received -> assertThat(received.result())
                .isInstanceOfSatisfying(Result.Refused.class, refused -> assertThat(refused.detail())
                        .hasSizeBetween(1000, Result.Refused.DETAIL_LENGTH_MAX)
                        .endsWith("\uD83D\uDE80...")));
    }

    @Test
    void whatAStrangerSentDoesNotBreakTheLineThatReportsIt() throws Exception {
        ProtoTicket hostile = MembershipCodec.toProto(MessageSamples.ticket()).toBuilder()
                .setCommunity("evil\n\u001b[2J" + "x".repeat(5000))
                .build();
        ProtoAddressed join = ProtoAddressed.newBuilder()
                .setGenesis(Wire.toProto(MessageSamples.genesis(2)))
                .setJoinRequest(ProtoJoinRequest.newBuilder().setTicket(hostile))
                .build();
        assertThatThrownBy(() -> decode(ProtoEnvelope.newBuilder()
                        .setStoreId(Wire.toProto(MessageSamples.storeId(1)))
                        .addMessages(join)
                        .build()))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("'evil??[2Jxxx")
                .satisfies(thrown -> assertThat(thrown.getMessage()).hasSizeLessThan(500));
    }

    private static void assertRefused(RaftMessage message, String why) {
        assertThatThrownBy(() -> MessageCodec.decode(MessageCodec.encode(envelope(message))))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining(why);
    }

    private static RaftMessage append(EntryId prev, Entry... entries) {
        return new RaftMessage.AppendEntries(7, 1, prev, List.of(entries), 0);
    }

    private static EntryId id(long term, long index) {
        return MessageSamples.id(term, index);
    }

    private static Entry entry(long term, long index) {
        return MessageSamples.entry(term, index, "x");
    }

    @Test
    void appendEntriesAreWrittenByHandAsGeneratedCodeWritesThem() throws Exception {
        Random random = new Random(31);
        for (int round = 0; round < 500; round++) {
            List<Entry> entries = new ArrayList<>();
            for (int i = random.nextInt(5); i > 0; i--) {
                byte[] payload = new byte[random.nextInt(4) * random.nextInt(200)];
                random.nextBytes(payload);
                Entry.Kind kind = Entry.Kind.of(random.nextInt(3));
                Bytes slice = Bytes.wrap(payload).slice(payload.length / 4, payload.length / 2);
                entries.add(new Entry(new EntryId(1 + number(random), 1 + number(random)), kind, slice));
            }
            EntryId prev = random.nextBoolean() ? EntryId.NONE : new EntryId(1 + number(random), 1 + number(random));
            Envelope.Addressed addressed = new Envelope.Addressed(
                    MessageSamples.genesis(1),
                    new RaftMessage.AppendEntries(number(random), number(random), prev, entries, number(random)));
            AddressedWriter writer = AddressedWriter.of(addressed);
            assertThat(writer).isInstanceOf(AppendEntriesWriter.class);
            byte[] written = new byte[writer.size()];
            CodedOutputStream out = CodedOutputStream.newInstance(written);
            writer.writeTo(out);
            out.checkNoSpaceLeft();
            assertThat(ProtoAddressed.parseFrom(written)).isEqualTo(MessageEncoder.toProto(addressed));
        }
    }

    /** Of any length as a varint. */
    private static long number(Random random) {
        return random.nextLong() >>> (1 + random.nextInt(63));
    }
}
