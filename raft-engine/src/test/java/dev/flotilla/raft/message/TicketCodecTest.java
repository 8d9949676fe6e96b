package dev.flotilla.raft.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.fail;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TicketCodecTest {
    private final Ticket ticket = MessageSamples.ticket();
    private final String text = TicketCodec.format(ticket);

    @Test
    void aTicketComesBackAsItWas() {
        assertThat(text).startsWith(TicketCodec.PREFIX).doesNotContainAnyWhitespaces();
        assertThat(TicketCodec.parse(text)).isEqualTo(ticket);
        assertThat(TicketCodec.parse("  " + text + "\n")).isEqualTo(ticket);
    }

    @Test
    void anExpiryBeforeTheEpochIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Ticket(
                        ticket.community(),
                        ticket.genesis(),
                        ticket.role(),
                        -1,
                        ticket.nonce(),
                        ticket.contacts(),
                        ticket.issuer(),
                        ticket.signature()))
                .withMessage("a ticket expires after 1970, got -1 ms since then: is this machine's clock right?");
    }

    @Test
    void somethingElseIsNamedAsSuch() {
        assertRefused("", "not a ticket: it does not start with 'flotilla1'");
        assertRefused("/ip4/127.0.0.1/tcp/1", "not a ticket: it does not start with 'flotilla1'");
        assertRefused(TicketCodec.PREFIX, "not a ticket: it has 9 characters, so a part was lost or added");
    }

    @Test
    void aPartThatIsMissingIsNamed() {
        assertRefused(
                text.substring(0, text.length() - 8),
                "not a ticket: it has " + (text.length() - 8) + " characters, expected " + text.length());
        assertRefused(text + "AAAA", "expected " + text.length());
    }

    @Test
    void aWrongCharacterIsNamedWithItsPlace() {
        assertRefused(replaced(14, ' '), "character 15 is ' ', which tickets never contain");
        assertRefused(replaced(14, '\n'), "character 15 is '\\u000a', which tickets never contain");
        char other = text.charAt(40) == 'A' ? 'B' : 'A';
        assertRefused(replaced(40, other), "its checksum is wrong, so a character was mistyped");
    }

    @Test
    void anySingleWrongCharacterIsFound() {
        for (int i = 0; i < text.length(); i++) {
            assertRefused(replaced(i, text.charAt(i) == 'x' ? 'y' : 'x'), "not a ticket");
        }
    }

    @Test
    void randomTextIsRefusedWithOneLine() {
        Random random = new Random(5);
        for (int round = 0; round < 2_000; round++) {
            StringBuilder line = new StringBuilder(TicketCodec.PREFIX);
            random.ints(random.nextInt(80), 32, 127).forEach(line::appendCodePoint);
            try {
                fail("parsed as " + TicketCodec.parse(line.toString()));
            } catch (IllegalArgumentException expected) {
                assertThat(expected.getMessage()).doesNotContain("\n");
            }
        }
    }

    private String replaced(int at, char character) {
        StringBuilder changed = new StringBuilder(text);
        changed.setCharAt(at, character);
        return changed.toString();
    }

    private static void assertRefused(String text, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TicketCodec.parse(text))
                .withMessageContaining(why);
    }
}
