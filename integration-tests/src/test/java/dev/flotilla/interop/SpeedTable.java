package dev.flotilla.interop;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** What was measured, a row a figure and a column an implementation, and our columns over those of the others. */
final class SpeedTable {
    private final Map<String, Map<String, List<Double>>> figures = new LinkedHashMap<>(); // by row and column
    private final Set<String> columns = new LinkedHashSet<>();
    private final int ours;

    /** @param ours how many of the columns, the first ones, are of this project */
    SpeedTable(int ours) {
        this.ours = ours;
    }

    /** One figure more; the median of all such counts. */
    void add(String row, String column, double figure) {
        columns.add(column);
        figures.computeIfAbsent(row, name -> new LinkedHashMap<>())
                .computeIfAbsent(column, name -> new ArrayList<>())
                .add(figure);
    }

    /** In Markdown. */
    String text() {
        List<String> names = List.copyOf(columns);
        List<String> own = names.subList(0, ours);
        List<String> others = names.subList(ours, names.size());
        StringBuilder text = new StringBuilder("|");
        names.forEach(name -> text.append(" | ").append(name));
        own.forEach(name -> others.forEach(
                other -> text.append(" | ").append(name).append(" : ").append(other)));
        text.append(" |\n| --- |")
                .append(" ---: |".repeat(names.size() + own.size() * others.size()))
                .append('\n');
        figures.forEach((row, measured) -> {
            text.append("| ").append(row);
            names.forEach(name -> text.append(format(" | %,.1f", median(measured, name))));
            own.forEach(name -> others.forEach(
                    other -> text.append(format(" | %.2f", median(measured, name) / median(measured, other)))));
            text.append(" |\n");
        });
        return text.toString();
    }

    private static String format(String format, double figure) {
        return String.format(Locale.ROOT, format, figure);
    }

    private static double median(Map<String, List<Double>> measured, String column) {
        List<Double> all = Objects.requireNonNull(measured.get(column));
        return all.stream().sorted().skip(all.size() / 2).findFirst().orElseThrow();
    }
}
