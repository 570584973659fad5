using System.Collections.Immutable;
using System.Text.Json;
using Isthmus.Core.Errors;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Links;

/// <summary>
/// Conditions of a link over time: steps, each valid until the next. Before the first step the link keeps the conditions that
/// it was started with. A looped trace begins anew at its last step, which thereby only marks the period's end.
/// </summary>
/// <remarks>
/// Files are CSV or JSON lines with the fields seconds, rate, delay, jitter, loss, and upRate, downRate, upDelay, … for one
/// direction; see docs/link.md. A field that is absent or empty keeps its value from the line before.
/// </remarks>
public sealed class LinkTrace
{
    private const int LongestFile = 16 << 20;
    private const int MostSteps = 1_000_000;

    private static readonly string[] PositionalColumns = ["seconds", "rate", "delay", "jitter", "loss"];

    private static readonly string[] KnownFields =
        [.. PositionalColumns, "upRate", "upDelay", "upJitter", "upLoss", "downRate", "downDelay", "downJitter", "downLoss"];

    /// <summary>Creates a trace.</summary>
    /// <param name="steps">At least one step, in rising order of time.</param>
    /// <param name="loop">Whether it begins anew at its last step.</param>
    /// <exception cref="IsthmusException">There is no step, they are not in order, or a looped trace has no length.</exception>
    public LinkTrace(ImmutableArray<LinkTraceStep> steps, bool loop = false)
    {
        if (steps.IsDefaultOrEmpty)
            throw new IsthmusException(ErrorKind.Usage, "A link trace needs at least one line of seconds,rate,delay.");
        for (int i = 1; i < steps.Length; i++)
        {
            if (steps[i].At <= steps[i - 1].At)
                throw new IsthmusException(ErrorKind.Usage, $"Step {i + 1} of the link trace is not later than the one before: sort the trace by time.");
        }

        if (loop && steps[^1].At.Value < 1)
            throw new IsthmusException(ErrorKind.Usage, "A looped link trace must last at least 1 ms: its last line marks the end of the period.");
        Steps = steps;
        Loop = loop;
    }

    /// <summary>The steps in rising order of time.</summary>
    public ImmutableArray<LinkTraceStep> Steps { get; }

    /// <summary>Whether the trace begins anew at its last step.</summary>
    public bool Loop { get; }

    /// <summary>The step that is valid at a time, or null before the first.</summary>
    /// <param name="elapsed">Time since the start of the trace.</param>
    /// <param name="next">When the next step begins; infinite after the last.</param>
    public LinkTraceStep? At(Milliseconds elapsed, out Milliseconds next)
    {
        double period = Steps[^1].At.Value;
        double begin = Loop ? Math.Floor(elapsed.Value / period) * period : 0;
        double time = elapsed.Value - begin;
        int low = 0;
        for (int high = Steps.Length; low < high;)
        {
            int middle = (low + high) / 2;
            if (Steps[middle].At.Value <= time) low = middle + 1;
            else high = middle;
        }

        next = low < Steps.Length ? new(begin + Steps[low].At.Value) : Milliseconds.Infinite;
        // In a further round, what the last one ended with stays until the first step.
        return low > 0 ? Steps[low - 1] : begin > 0 ? Steps[^2] : null;
    }

    /// <summary>Reads a trace file.</summary>
    /// <param name="path">CSV or JSON lines, up to 16 MiB.</param>
    /// <param name="up">What the up direction has where the trace says nothing.</param>
    /// <param name="down">What the down direction has where the trace says nothing.</param>
    /// <param name="loop">Whether the trace begins anew at its last step.</param>
    /// <exception cref="LinkTraceException">A line is wrong.</exception>
    /// <exception cref="IsthmusException">The file cannot be read, is empty or too large.</exception>
    public static LinkTrace Load(string path, LinkConditions up, LinkConditions down, bool loop = false)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            FileInfo file = new(path);
            if (file.Exists && file.Length > LongestFile)
                throw new IsthmusException(ErrorKind.File, $"The link trace '{path}' is larger than 16 MiB: shorten it.");
            return Parse(File.ReadAllText(path), path, up, down, loop);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new IsthmusException(ErrorKind.File, $"The link trace '{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads a trace; see <see cref="Load"/>.</summary>
    /// <exception cref="LinkTraceException">A line is wrong.</exception>
    public static LinkTrace Parse(string text, string name, LinkConditions up, LinkConditions down, bool loop = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        ImmutableArray<LinkTraceStep>.Builder steps = ImmutableArray.CreateBuilder<LinkTraceStep>();
        string[] columns = PositionalColumns;
        bool first = true;
        int number = 0;
        foreach (ReadOnlySpan<char> raw in text.AsSpan().EnumerateLines())
        {
            number++;
            string line = raw.Trim().TrimStart('\uFEFF').ToString();
            if (line.Length == 0 || line[0] == '#') continue;
            try
            {
                bool isJson = line[0] == '{';
                if (first && !isJson && char.IsAsciiLetter(line[0]))
                {
                    columns = ReadHeader(line);
                    first = false;
                    continue;
                }

                first = false;
                LinkTraceStep step = ReadStep(isJson ? JsonFields(line) : CsvFields(line, columns), up, down);
                if (steps.Count > 0 && step.At <= steps[^1].At)
                    throw new FormatException("its time is not later than the line before; sort the trace by time.");
                if (steps.Count == MostSteps)
                    throw new FormatException("a trace may have a million lines; shorten it.");
                steps.Add(step);
                (up, down) = (step.Up, step.Down);
            }
            catch (Exception e) when (e is FormatException or JsonException)
            {
                throw new LinkTraceException(name, number, e is JsonException ? "this is not one JSON object; write {\"seconds\": 10, \"rate\": \"8mbit\", \"delay\": \"25ms\"}." : e.Message);
            }
            catch (IsthmusException e) when (e is not LinkTraceException)
            {
                throw new LinkTraceException(name, number, e.Message);
            }
        }

        return new LinkTrace(steps.ToImmutable(), loop);
    }

    private static string[] ReadHeader(string line)
    {
        string[] columns = line.Split(',', StringSplitOptions.TrimEntries);
        if (columns.FirstOrDefault(column => !KnownFields.Contains(column)) is { } unknown) throw UnknownField(unknown);
        if (columns.Distinct().Count() < columns.Length) throw new FormatException("a column is named twice.");
        return columns;
    }

    private static FormatException UnknownField(string name) =>
        new($"the field '{name}' is unknown; use {string.Join(", ", KnownFields)}.");

    private static IEnumerable<(string Name, string Value)> CsvFields(string line, string[] columns)
    {
        string[] cells = line.Split(',', StringSplitOptions.TrimEntries);
        if (cells.Length > columns.Length)
            throw new FormatException($"it has {cells.Length} fields, but there are only the columns {string.Join(",", columns)}.");
        return cells.Select((cell, i) => (columns[i], cell));
    }

    private static List<(string Name, string Value)> JsonFields(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 4 });
        List<(string, string)> fields = [];
        foreach (JsonProperty property in document.RootElement.EnumerateObject())
        {
            fields.Add((property.Name, property.Value.ValueKind switch
            {
                JsonValueKind.String => property.Value.GetString()!,
                JsonValueKind.Number => property.Value.GetRawText(),
                JsonValueKind.Null => "",
                _ => throw new FormatException($"the field '{property.Name}' is neither a number nor a text."),
            }));
        }

        return fields;
    }

    private static LinkTraceStep ReadStep(IEnumerable<(string Name, string Value)> fields, LinkConditions up, LinkConditions down)
    {
        Milliseconds? at = null;
        // A field for one direction goes before one for both, wherever it stands.
        foreach ((string name, string value) in fields.OrderBy(field => field.Name.StartsWith("up", StringComparison.Ordinal) || field.Name.StartsWith("down", StringComparison.Ordinal)))
        {
            if (value.Length == 0) continue;
            switch (name)
            {
                case "seconds": at = new(Number(value) * 1000); break;
                case "rate": (up, down) = (up with { Rate = Rate(value) }, down with { Rate = Rate(value) }); break;
                case "delay": (up, down) = (up with { Delay = Milliseconds.Parse(value) }, down with { Delay = Milliseconds.Parse(value) }); break;
                case "jitter": (up, down) = (up with { Jitter = Milliseconds.Parse(value) }, down with { Jitter = Milliseconds.Parse(value) }); break;
                case "loss": (up, down) = (up with { Loss = Number(value) }, down with { Loss = Number(value) }); break;
                case "upRate": up = up with { Rate = Rate(value) }; break;
                case "upDelay": up = up with { Delay = Milliseconds.Parse(value) }; break;
                case "upJitter": up = up with { Jitter = Milliseconds.Parse(value) }; break;
                case "upLoss": up = up with { Loss = Number(value) }; break;
                case "downRate": down = down with { Rate = Rate(value) }; break;
                case "downDelay": down = down with { Delay = Milliseconds.Parse(value) }; break;
                case "downJitter": down = down with { Jitter = Milliseconds.Parse(value) }; break;
                case "downLoss": down = down with { Loss = Number(value) }; break;
                default: throw UnknownField(name);
            }
        }

        if (at is not { Value: >= 0 and <= 1e10 })
            throw new FormatException("it must say its time in seconds, zero or more.");
        return new LinkTraceStep(at.Value, up.Validated(), down.Validated());
    }

    private static BitsPerSecond Rate(string value) =>
        double.TryParse(value, out double bits) ? new(bits) : BitsPerSecond.Parse(value);

    private static double Number(string value) => double.TryParse(value, out double number) && double.IsFinite(number)
        ? number
        : throw new FormatException($"'{value}' is not a number.");
}
