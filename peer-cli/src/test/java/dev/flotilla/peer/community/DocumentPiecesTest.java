package dev.flotilla.peer.community;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class DocumentPiecesTest {
    private static final int SEEDS = 500;

    @Test
    void anyDocumentIsBuiltByItsPiecesAndNoneIsTooLarge() throws Exception {
        int divided = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            JsonNode document = value(random, 5);
            int bytesMax = 150 + random.nextInt(400);

            List<JsonNode> pieces = DocumentPieces.of(document, bytesMax);

            Document built = Document.of(Json.parse("{\"left\":1}"));
            for (JsonNode piece : pieces) {
                assertThat(Json.bytes(piece).size()).isLessThanOrEqualTo(bytesMax);
                built = JsonPatch.parse(piece).applyTo(built);
            }
            assertThat(built.root()).as("seed " + seed).isEqualTo(document);
            divided += pieces.size() > 1 ? 1 : 0;
        }
        assertThat(divided).isGreaterThan(SEEDS / 10);
    }

    private static JsonNode value(SplittableRandom random, int depth) {
        int kind = random.nextInt(depth == 0 ? 1 : 3);
        if (kind == 1) {
            ArrayNode array = Json.nodes().arrayNode();
            for (int i = random.nextInt(12); i > 0; i--) {
                array.add(value(random, depth - 1));
            }
            return array;
        } else if (kind == 2) {
            ObjectNode object = Json.object();
            for (int i = random.nextInt(12); i > 0; i--) {
                object.set("~/é\"".substring(random.nextInt(4)) + random.nextInt(100), value(random, depth - 1));
            }
            return object;
        }
        return random.nextBoolean()
                ? Json.nodes().numberNode(random.nextInt(1000))
                : Json.nodes().textNode("x\n".repeat(random.nextInt(10)));
    }

    @Test
    void whatFitsStaysInOnePiece() {
        assertThat(DocumentPieces.of(Json.parse("{\"a\":[1,2]}"), 1000)).hasSize(1);
    }

    @Test
    void noPieceHasTooManyOperations() {
        ObjectNode document = Json.object();
        for (int i = 0; i < DocumentLimits.OPERATIONS_MAX + 10; i++) {
            document.putObject(Integer.toString(i)).put("text", "x".repeat(40));
        }
        int bytesMax = (int) Trees.size(document) - 1; // else it is one operation

        assertThat(DocumentPieces.of(document, bytesMax))
                .hasSizeGreaterThan(1)
                .allSatisfy(piece -> assertThat(piece.size()).isLessThanOrEqualTo(DocumentLimits.OPERATIONS_MAX));
    }

    /** Each member that is added to an object copies all that are there. */
    @Test
    void noPieceGoesThroughTooMuch() throws Exception {
        ObjectNode document = Json.object();
        ObjectNode wide = document.putObject("wide");
        for (int i = 0; i < 1_000; i++) {
            wide.put("m" + i, i);
        }

        List<JsonNode> pieces = DocumentPieces.of(document, (int) Trees.size(wide), 50_000);

        Document built = Document.EMPTY;
        for (JsonNode piece : pieces) {
            built = JsonPatch.parse(piece).applyTo(built, new Work(50_000 + Trees.size(Json.object())));
        }
        assertThat(built.root()).isEqualTo(document);
        assertThat(pieces).hasSizeBetween(10, 14); // half a million members are copied
    }

    @Test
    void aValueThatCannotBeDividedIsNamed() {
        JsonNode document = Json.object().put("note", "x".repeat(300));

        assertThatThrownBy(() -> DocumentPieces.of(document, 200))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the value at '/note' takes 3")
                .hasMessageEndingWith("bytes in a change, at most 200 are taken");
    }
}
