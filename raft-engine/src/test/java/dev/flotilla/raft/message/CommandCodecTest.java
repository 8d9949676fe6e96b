package dev.flotilla.raft.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.message.proto.ProtoCommand;
import dev.flotilla.raft.message.proto.ProtoNothing;
import dev.flotilla.raft.message.proto.ProtoNumbered;
import dev.flotilla.transport.Bytes;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is read and written by hand is what generated code reads and writes. */
class CommandCodecTest {
    private static final int COMMANDS = 2_000;
    private static final int MUTATIONS = 20;

    private final Random random = new Random(4711);

    @Test
    void writesWhatGeneratedCodeWrites() {
        for (int i = 0; i < COMMANDS; i++) {
            Command command = command();
            assertThat(CommandCodec.encode(command)).as("%s", command).isEqualTo(generated(command));
        }
    }

    @Test
    void readsWhatItWrote() throws Exception {
        for (int i = 0; i < COMMANDS; i++) {
            Command command = command();
            assertThat(CommandCodec.decode(CommandCodec.encode(command))).isEqualTo(command);
        }
    }

    @Test
    void readsOrRefusesWhatGeneratedCodeDoes() {
        int read = 0;
        for (int i = 0; i < COMMANDS; i++) {
            Bytes valid = generated(command());
            for (int j = 0; j < MUTATIONS; j++) {
                Bytes mutated = mutated(valid);
                Optional<Command> byHand = byHand(mutated);
                assertThat(byHand).as("%s", mutated.hex()).isEqualTo(byGenerated(mutated));
                read += byHand.isPresent() ? 1 : 0;
            }
        }
        assertThat(read).isBetween(COMMANDS, COMMANDS * MUTATIONS - COMMANDS); // both happen
    }

    @Test
    void ofWhatComesTwiceTheLastCounts() throws Exception {
        Bytes first = generated(new Command(
                MessageSamples.peer(1), new RequestId(1, 2), new InSession.Numbered(3, 5, 4), Bytes.utf8("first")));
        Bytes second = generated(new Command(MessageSamples.peer(2), new RequestId(0, 9), Bytes.utf8("second")));
        Bytes joined = joined(first, second);
        assertThat(CommandCodec.decode(joined))
                .isEqualTo(new Command(
                        MessageSamples.peer(2),
                        new RequestId(1, 9), // a zero is not written, so it takes nothing back
                        new InSession.Numbered(3, 5, 4),
                        Bytes.utf8("second")));
        assertThat(byHand(joined)).isEqualTo(byGenerated(joined));
    }

    @Test
    void ofTwoWaysToBeInASessionTheLastCounts() throws Exception {
        Bytes opening = generated(
                new Command(MessageSamples.peer(1), new RequestId(1, 2), new InSession.Opening(), Bytes.EMPTY));
        Bytes numbered =
                numbered(ProtoNumbered.newBuilder().setSession(3).setSequence(5).setLowestUnanswered(4));
        Bytes opens = Wire.encode(ProtoCommand.newBuilder()
                .setOpensSession(ProtoNothing.getDefaultInstance())
                .build());
        assertThat(CommandCodec.decode(joined(opening, numbered)).inSession())
                .isEqualTo(new InSession.Numbered(3, 5, 4));
        Bytes back = joined(opening, joined(numbered, opens));
        assertThat(CommandCodec.decode(back).inSession()).isEqualTo(new InSession.Opening());
        Bytes again = joined(back, numbered(ProtoNumbered.newBuilder().setSequence(9)));
        assertThat(byHand(again)).isPresent().isEqualTo(byGenerated(again)); // which remembers the former number
    }

    private static Bytes numbered(ProtoNumbered.Builder numbered) {
        return Wire.encode(ProtoCommand.newBuilder().setNumbered(numbered).build());
    }

    @Test
    void passesOverWhatItDoesNotKnow() throws Exception {
        Command command = command();
        Bytes unknown = Bytes.fromHex("38ff01" + "4203616263" + "4d01020304" + "51" + "0102030405060708" + "5b" + "0801"
                + "5c"); // field 11 is a group
        assertThat(CommandCodec.decode(joined(generated(command), unknown))).isEqualTo(command);
    }

    private static Bytes joined(Bytes first, Bytes second) {
        byte[] both = new byte[first.size() + second.size()];
        first.copyTo(both, 0);
        second.copyTo(both, first.size());
        return Bytes.wrap(both);
    }

    private static Bytes generated(Command command) {
        return Wire.encode(EntryCodec.toProto(command));
    }

    private static Optional<Command> byHand(Bytes bytes) {
        try {
            return Optional.of(CommandCodec.decode(bytes));
        } catch (MalformedMessageException e) {
            return Optional.empty();
        }
    }

    private static Optional<Command> byGenerated(Bytes bytes) {
        try {
            return Optional.of(Wire.decode("a command", bytes, ProtoCommand.parser(), EntryCodec::command));
        } catch (MalformedMessageException e) {
            return Optional.empty();
        }
    }

    private Command command() {
        byte[] data = new byte[random.nextInt(300)];
        random.nextBytes(data);
        long lowest = 1 + number();
        InSession inSession =
                switch (random.nextInt(4)) {
                    case 0 -> new InSession.None();
                    case 1 -> new InSession.Opening();
                    default -> new InSession.Numbered(1 + number(), lowest + random.nextInt(1_000), lowest);
                };
        return new Command(
                MessageSamples.peer(random.nextInt(3)),
                new RequestId(random.nextInt(5) == 0 ? 0 : random.nextLong(), number()),
                inSession,
                Bytes.wrap(data));
    }

    /** Of any length as a varint, below half of the largest. */
    private long number() {
        return random.nextLong() >>> (2 + random.nextInt(62));
    }

    private Bytes mutated(Bytes valid) {
        byte[] bytes = valid.toByteArray();
        int head = Math.min(bytes.length, 60 + random.nextInt(20)); // what stands before the data
        for (int change = random.nextInt(3); change >= 0; change--) {
            int at =
                    random.nextBoolean() ? random.nextInt(head) : bytes.length - 1 - random.nextInt(Math.min(40, head));
            bytes[at] = (byte) (random.nextBoolean() ? random.nextInt() : bytes[at] + 1);
        }
        Bytes whole = Bytes.wrap(bytes);
        return random.nextInt(5) == 0 ? whole.slice(0, random.nextInt(bytes.length + 1)) : whole;
    }
}
