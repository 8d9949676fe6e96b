package dev.flotilla.peer.community;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.raft.message.GenesisId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BackupTest {
    private static final GenesisId GENESIS = GenesisId.parse("0a".repeat(GenesisId.SIZE_BYTES));

    private static Backup backup(String document) {
        return new Backup("club", GENESIS, 17, 3, Json.parse(document));
    }

    @Test
    void whatWasWrittenIsReadAgain() {
        Backup backup = backup("{\"b\":[1,2.50,1e400,{}],\"a\":{\"ü\":null},\"\":\"\\ud83d\\ude00\"}");

        assertThat(Backup.parse(Json.parse(Json.line(backup.json())))).isEqualTo(backup);
    }

    @Test
    void theChecksumDependsOnTheValueAlone() {
        assertThat(Backup.sha256(Json.parse("{ \"b\" : {\"d\":1, \"c\":[2, 3]}, \"a\":0 }")))
                .isEqualTo(Backup.sha256(Json.parse("{\"a\":0,\"b\":{\"c\":[2,3],\"d\":1}}")))
                .isNotEqualTo(Backup.sha256(Json.parse("{\"a\":0,\"b\":{\"c\":[3,2],\"d\":1}}")));
        assertThat(Backup.sha256(Json.object())) // sha256 of the two characters {}
                .isEqualTo("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    }

    /** Each replaces one member; ~ takes it out. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "format | ~ | no backup",
                "format | \"zip\" | no backup",
                "version | 2 | a backup of version 2, this flotilla reads version 1",
                "version | ~ | a backup of version",
                "document | ~ | it has no \"document\"",
                "document | {\"a\":2} | a damaged backup: the SHA-256 of its document is",
                "sha256 | \"00\" | not 00",
                "sha256 | 7 | its \"sha256\" is no text",
                "genesis | \"0a\" | its \"genesis\" is no genesis id",
                "community | [] | its \"community\" is no text",
                "index | -1 | its \"index\" is no number from 0 on",
                "term | 1.5 | its \"term\" is no number from 0 on",
            })
    void whatIsDamagedIsNamed(String member, String value, String message) {
        ObjectNode json = backup("{\"a\":1}").json();
        if (value.equals("~")) {
            json.remove(member);
        } else {
            json.set(member, Json.parse(value));
        }

        assertThatThrownBy(() -> Backup.parse(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aDocumentThatNoCommunityTakesIsRefused() {
        JsonNode deep =
                Json.parse("[".repeat(DocumentLimits.NESTING_MAX + 1) + "]".repeat(DocumentLimits.NESTING_MAX + 1));
        Backup backup = new Backup("club", GENESIS, 1, 1, deep);

        assertThatThrownBy(() -> Backup.parse(backup.json()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("a backup that cannot be restored: ")
                .hasMessageContaining("deep");
    }
}
