package dev.flotilla.peer.community;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonPatchTest {
    /** The examples of RFC 6902, appendix A, that succeed; ^ stands for the quotation mark. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "A.1  | {^foo^:^bar^} | [{^op^:^add^,^path^:^/baz^,^value^:^qux^}] | {^foo^:^bar^,^baz^:^qux^}",
                "A.2  | {^foo^:[^bar^,^baz^]} | [{^op^:^add^,^path^:^/foo/1^,^value^:^qux^}] | {^foo^:[^bar^,^qux^,^baz^]}",
                "A.3  | {^baz^:^qux^,^foo^:^bar^} | [{^op^:^remove^,^path^:^/baz^}] | {^foo^:^bar^}",
                "A.4  | {^foo^:[^bar^,^qux^,^baz^]} | [{^op^:^remove^,^path^:^/foo/1^}] | {^foo^:[^bar^,^baz^]}",
                "A.5  | {^baz^:^qux^,^foo^:^bar^} | [{^op^:^replace^,^path^:^/baz^,^value^:^boo^}] | {^baz^:^boo^,^foo^:^bar^}",
                "A.6  | {^foo^:{^bar^:^baz^,^waldo^:^fred^},^qux^:{^corge^:^grault^}} | [{^op^:^move^,^from^:^/foo/waldo^,^path^:^/qux/thud^}] | {^foo^:{^bar^:^baz^},^qux^:{^corge^:^grault^,^thud^:^fred^}}",
                "A.7  | {^foo^:[^all^,^grass^,^cows^,^eat^]} | [{^op^:^move^,^from^:^/foo/1^,^path^:^/foo/3^}] | {^foo^:[^all^,^cows^,^eat^,^grass^]}",
                "A.8  | {^baz^:^qux^,^foo^:[^a^,2,^c^]} | [{^op^:^test^,^path^:^/baz^,^value^:^qux^},{^op^:^test^,^path^:^/foo/1^,^value^:2}] | {^baz^:^qux^,^foo^:[^a^,2,^c^]}",
                "A.10 | {^foo^:^bar^} | [{^op^:^add^,^path^:^/child^,^value^:{^grandchild^:{}}}] | {^foo^:^bar^,^child^:{^grandchild^:{}}}",
                "A.11 | {^foo^:^bar^} | [{^op^:^add^,^path^:^/baz^,^value^:^qux^,^xyz^:123}] | {^foo^:^bar^,^baz^:^qux^}",
                "A.14 | {^/^:9,^~1^:10} | [{^op^:^test^,^path^:^/~01^,^value^:10}] | {^/^:9,^~1^:10}",
                "A.16 | {^foo^:[^bar^]} | [{^op^:^add^,^path^:^/foo/-^,^value^:[^abc^,^def^]}] | {^foo^:[^bar^,[^abc^,^def^]]}",
                "root replaced | {^a^:1} | [{^op^:^replace^,^path^:^^,^value^:[1]}] | [1]",
                "root added | {^a^:1} | [{^op^:^add^,^path^:^^,^value^:null}] | null",
                "root moved to | {^a^:{^b^:1}} | [{^op^:^move^,^from^:^/a^,^path^:^^}] | {^b^:1}",
                "add replaces | {^a^:1} | [{^op^:^add^,^path^:^/a^,^value^:null}] | {^a^:null}",
                "numbers by value | {^a^:1} | [{^op^:^test^,^path^:^/a^,^value^:1.00}] | {^a^:1}",
                "members in any order | {^a^:{^b^:1,^c^:2}} | [{^op^:^test^,^path^:^/a^,^value^:{^c^:2,^b^:1}}] | {^a^:{^b^:1,^c^:2}}",
                "empty name | {^^:1} | [{^op^:^replace^,^path^:^/^,^value^:2}] | {^^:2}",
                "copy into itself | {^a^:{^b^:1}} | [{^op^:^copy^,^from^:^/a^,^path^:^/a/c^}] | {^a^:{^b^:1,^c^:{^b^:1}}}",
                "move to the same place | {^a^:1,^b^:2} | [{^op^:^move^,^from^:^/a^,^path^:^/a^}] | {^a^:1,^b^:2}",
                "move to a longer name | {^a^:1} | [{^op^:^move^,^from^:^/a^,^path^:^/ab^}] | {^ab^:1}",
                "a member named ~2 | {^~2^:1,^=^:2} | [{^op^:^remove^,^path^:^/~02^}] | {^=^:2}",
                "numbers stay exact | {^a^:[123456789012345678901234567890,-1.50E+30,-9223372036854775808]} | [{^op^:^copy^,^from^:^/a/0^,^path^:^/b^}] | {^a^:[123456789012345678901234567890,-1.50E+30,-9223372036854775808],^b^:123456789012345678901234567890}",
                "add at the end | [1] | [{^op^:^add^,^path^:^/1^,^value^:2}] | [1,2]",
                "a member named - | {^-^:1} | [{^op^:^remove^,^path^:^/-^}] | {}",
                "a member named 01 | {} | [{^op^:^add^,^path^:^/01^,^value^:2}] | {^01^:2}",
                "nothing to do | {^a^:1.50} | [] | {^a^:1.50}",
            })
    void succeeds(String name, String document, String patch, String expected) throws Exception {
        JsonNode before = json(document);
        JsonNode copy = before.deepCopy();

        JsonNode after =
                JsonPatch.parse(json(patch)).applyTo(Document.of(before)).root();

        assertThat(Json.line(after)).describedAs(name).isEqualTo(Json.line(json(expected)));
        assertThat(before).isEqualTo(copy);
    }

    /** The examples of RFC 6902, appendix A, that fail, and others; the failing operation is number {2}. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "A.9  | {^baz^:^qux^} | [{^op^:^test^,^path^:^/baz^,^value^:^bar^}] | 0 | another value",
                "A.12 | {^foo^:^bar^} | [{^op^:^add^,^path^:^/baz/bat^,^value^:^qux^}] | 0 | there is no ^/baz^",
                "A.15 | {^/^:9,^~1^:10} | [{^op^:^test^,^path^:^/~01^,^value^:^10^}] | 0 | another value",
                "test of nothing | {} | [{^op^:^test^,^path^:^/a^,^value^:null}] | 0 | is nothing",
                "remove of nothing | {^a^:1} | [{^op^:^add^,^path^:^/c^,^value^:1},{^op^:^remove^,^path^:^/b^}] | 1 | no member",
                "replace of nothing | {} | [{^op^:^replace^,^path^:^/b^,^value^:1}] | 0 | no member",
                "remove of no element | [1] | [{^op^:^remove^,^path^:^/1^}] | 0 | no element",
                "remove of - | [1] | [{^op^:^remove^,^path^:^/-^}] | 0 | no element",
                "replace of - | [1] | [{^op^:^replace^,^path^:^/-^,^value^:2}] | 0 | no element",
                "add beyond the end | [1] | [{^op^:^add^,^path^:^/2^,^value^:2}] | 0 | no place",
                "index with a leading zero | [1,2] | [{^op^:^replace^,^path^:^/01^,^value^:2}] | 0 | no element",
                "index with a sign | [1,2] | [{^op^:^add^,^path^:^/+1^,^value^:2}] | 0 | no place",
                "index in other digits | [1,2] | [{^op^:^replace^,^path^:^/\u0661^,^value^:2}] | 0 | no element",
                "on after - | [[1]] | [{^op^:^replace^,^path^:^/-/0^,^value^:2}] | 0 | there is no ^/-^",
                "copy on after - | [[1]] | [{^op^:^copy^,^from^:^/-/0^,^path^:^/0^}] | 0 | nothing at",
                "huge index | [1,2] | [{^op^:^add^,^path^:^/99999999999999999999^,^value^:2}] | 0 | no place",
                "name in an array | [1] | [{^op^:^add^,^path^:^/a^,^value^:2}] | 0 | no place",
                "below a plain value | {^a^:1} | [{^op^:^add^,^path^:^/a/b^,^value^:2}] | 0 | neither",
                "move into itself | {^a^:{}} | [{^op^:^move^,^from^:^/a^,^path^:^/a/b^}] | 0 | inside of itself",
                "move of the root | {^a^:{}} | [{^op^:^move^,^from^:^^,^path^:^/a^}] | 0 | inside of itself",
                "copy of nothing | {} | [{^op^:^copy^,^from^:^/a^,^path^:^/b^}] | 0 | nothing at",
                "remove of the root | {} | [{^op^:^remove^,^path^:^^}] | 0 | whole document",
            })
    void failsAsAWhole(String name, String document, String patch, int operation, String reason) throws Exception {
        Document before = Document.of(json(document));
        JsonPatch parsed = JsonPatch.parse(json(patch));

        PatchException failure = catchThrowableOfType(PatchException.class, () -> parsed.applyTo(before));

        assertThat(failure.operation()).describedAs(name).isEqualTo(operation);
        assertThat(failure.reason()).contains(reason.replace('^', '"'));
        assertThat(before.root()).isEqualTo(json(document));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | -1",
                "3 | -1",
                "[3] | 0",
                "[{}] | 0",
                "[{^op^:1,^path^:^/a^}] | 0",
                "[{^op^:^test^,^path^:^^,^value^:1},{^op^:^spam^,^path^:^/a^}] | 1",
                "[{^op^:^add^,^path^:^/a^}] | 0",
                "[{^op^:^add^,^value^:1}] | 0",
                "[{^op^:^add^,^path^:^a^,^value^:1}] | 0",
                "[{^op^:^add^,^path^:^/a~^,^value^:1}] | 0",
                "[{^op^:^add^,^path^:^/a~2^,^value^:1}] | 0",
                "[{^op^:^move^,^path^:^/a^}] | 0",
                "[{^op^:^ADD^,^path^:^/a^,^value^:1}] | 0",
            })
    void aMalformedPatchIsRefusedWithTheOperation(String patch, int operation) {
        PatchException failure = catchThrowableOfType(PatchException.class, () -> JsonPatch.parse(json(patch)));

        assertThat(failure.operation()).isEqualTo(operation);
        assertThat(failure.reason()).doesNotContain("\n");
    }

    /** RFC 6902 A.13: JSON that names a member twice. */
    @Test
    void aMemberThatIsNamedTwiceIsRefused() {
        assertThatThrownBy(() -> json("[{^op^:^add^,^path^:^/baz^,^value^:^qux^,^op^:^remove^}]"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Duplicate");
    }

    @Test
    void aDocumentThatDoublesItselfIsStoppedAtTheBound() throws Exception {
        StringBuilder patch = new StringBuilder("[");
        for (int i = 0; i < 60; i++) {
            patch.append(i == 0 ? "" : ",")
                    .append("{^op^:^copy^,^from^:^/a^,^path^:^/b^},{^op^:^add^,^path^:^/a^,^value^:[]},")
                    .append("{^op^:^copy^,^from^:^/b^,^path^:^/a/-^},{^op^:^copy^,^from^:^/b^,^path^:^/a/-^}");
        }
        JsonPatch parsed = JsonPatch.parse(json(patch + "]"));
        Document before = Document.of(json("{^a^:^0123456789^}"));

        assertThatThrownBy(() -> parsed.applyTo(before))
                .isInstanceOf(PatchException.class)
                .hasMessageContaining("at most " + DocumentLimits.DOCUMENT_BYTES_MAX);
    }

    /** Each copy takes the place of the one before, so that the document stays small and the work does not. */
    @Test
    void aPatchThatCopiesOverAndOverIsStopped() throws Exception {
        Document before = Document.of(json("{^a^:^" + "x".repeat(1 << 20) + "^}"));
        JsonPatch patch = repeated("{^op^:^copy^,^from^:^/a^,^path^:^/b^}");

        PatchException failure = catchThrowableOfType(PatchException.class, () -> patch.applyTo(before));

        assertThat(failure.reason()).contains("goes through more than " + DocumentLimits.PATCH_WORK_MAX);
        assertThat(failure.operation()).isEqualTo(32); // each but the first weighs what it puts and what it takes away
        assertThat(before.sizeBytes()).isEqualTo(Trees.size(before.root()));
    }

    /** A test that succeeds, a removal that is made good, a move to and fro: none of them comes for nothing. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{^op^:^replace^,^path^:^/c^,^value^:1}",
                "{^op^:^add^,^path^:^/c^,^value^:1}",
                "{^op^:^copy^,^from^:^/a^,^path^:^/b^},{^op^:^remove^,^path^:^/b^}",
                "{^op^:^move^,^from^:^/a^,^path^:^/b^},{^op^:^move^,^from^:^/b^,^path^:^/a^}",
                "{^op^:^replace^,^path^:^/wide/7^,^value^:1}",
                "{^op^:^add^,^path^:^/wide/0^,^value^:1},{^op^:^remove^,^path^:^/wide/0^}",
            })
    void whateverIsGoneThroughCounts(String operations) throws Exception {
        StringBuilder document = new StringBuilder("{^a^:[1,2,3],^c^:0,^wide^:[0");
        document.append(",0".repeat(500)).append("]");
        for (int i = 0; i < 500; i++) {
            document.append(",^m").append(i).append("^:0");
        }
        Document before = Document.of(json(document + "}"));
        JsonPatch patch = repeated(operations);

        assertThatThrownBy(() -> patch.applyTo(before, new Work(1_000_000)))
                .isInstanceOf(PatchException.class)
                .hasMessageContaining("goes through more than 1000000 ");
        assertThat(patch.applyTo(before, new Work(10_000_000))).isNotNull();
    }

    /** A member that had another bound would come to another verdict: see {@link DocumentLimits} before this is changed. */
    @Test
    void theBoundsAreThoseThatEachMemberHas() {
        assertThat(DocumentLimits.PATCH_WORK_MAX).isEqualTo(64 << 20);
        assertThat(DocumentLimits.DOCUMENT_BYTES_MAX).isEqualTo(8 << 20);
        assertThat(DocumentLimits.NESTING_MAX).isEqualTo(64);
        assertThat(DocumentLimits.OPERATIONS_MAX).isEqualTo(4096);
        assertThat(DocumentLimits.NUMBER_LENGTH_MAX).isEqualTo(256);
        assertThat(DocumentLimits.EXPONENT_MAX).isEqualTo(1024);
    }

    private static JsonPatch repeated(String operations) throws PatchException {
        int count = operations.split("\\{").length - 1;
        return JsonPatch.parse(json(
                "[" + String.join(",", Collections.nCopies(DocumentLimits.OPERATIONS_MAX / count, operations)) + "]"));
    }

    /** What the size is kept up to date by is judged by measuring the whole document. */
    @Test
    void theSizeIsExactAfterEachOperation() throws Exception {
        String[] paths = {"", "/a", "/b", "/\u00e9~0~1\\\"", "/a/0", "/a/-", "/a/1", "/b/a", "/b/b", "/b/a/0", "/b/\\n"
        };
        String[] values = {
            "[]",
            "{}",
            "[1,[],{}]",
            "{^a^:[0],^\u20ac^:^\\u0007^}",
            "-1.50e3",
            "12345678901",
            "null",
            "^\u00e9\ud83d\ude80^"
        };
        String[] kinds = {"add", "add", "replace", "remove", "move", "copy"};
        int changes = 0;
        for (int seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Document document = Document.of(json("{^a^:[1,[2]],^b^:{^a^:[3],^b^:{}}}"));
            for (int i = 0; i < 80; i++) {
                String operation = json("[{^op^:^" + kinds[random.nextInt(kinds.length)] + "^,^value^:"
                                + values[random.nextInt(values.length)] + "}]")
                        .toString();
                ObjectNode json = (ObjectNode) json(operation).path(0);
                json.put(
                        "path",
                        Json.parse("\"" + paths[random.nextInt(paths.length)] + "\"")
                                .textValue());
                json.put(
                        "from",
                        Json.parse("\"" + paths[random.nextInt(paths.length)] + "\"")
                                .textValue());
                try {
                    document =
                            JsonPatch.parse(Json.nodes().arrayNode().add(json)).applyTo(document);
                    changes++;
                } catch (PatchException e) {
                    continue; // there is nothing there
                }
                assertThat(document.sizeBytes())
                        .as("seed " + seed)
                        .isEqualTo(Json.bytes(document.root()).size());
            }
        }
        assertThat(changes).isGreaterThan(2000);
    }

    @Test
    void aDocumentThatNestsTooDeepIsRefused() throws Exception {
        Document document = Document.EMPTY;
        JsonPatch deeper = JsonPatch.parse(json("[{^op^:^move^,^from^:^^,^path^:^/a^}]".replace("move", "copy")));
        for (int i = 1; i < DocumentLimits.NESTING_MAX; i++) {
            document = deeper.applyTo(document);
        }
        Document deepest = document;

        assertThat(Json.parse(Json.bytes(deepest.root()))).isEqualTo(deepest.root());
        assertThatThrownBy(() -> deeper.applyTo(deepest)).hasMessageContaining("within each other");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "[[],{}]",
                "{\"a\":[1,2.50,-3e7,null,true,\"\\u00e9\\n\\\"\"],\"\":{\"b\":{}}}",
                "\"x\"",
                "12345678901234567890123.4567890",
            })
    void sizeIsWhatIsWritten(String text) {
        JsonNode node = Json.parse(text);

        assertThat(Trees.size(node)).isEqualTo(Json.bytes(node).size());
    }

    private static JsonNode json(String text) {
        return Json.parse(text.replace('^', '"'));
    }
}
