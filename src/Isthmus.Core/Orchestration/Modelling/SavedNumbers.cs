using System.Buffers.Binary;
using System.Text.Json.Nodes;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration.Modelling;

/// <summary>Reads and writes what a learner has learned. What is read is hostile: nothing is taken on trust but what the action space says there must be.</summary>
internal static class SavedNumbers
{
    private const double Most = 1e15;

    /// <summary>Numbers, exactly: base 64 of their little-endian bytes.</summary>
    public static JsonNode Of(ReadOnlySpan<double> values)
    {
        byte[] bytes = new byte[8 * values.Length];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(8 * i), values[i]);
        return JsonValue.Create(Convert.ToBase64String(bytes));
    }

    /// <summary>Reads numbers into an array that says how many there must be.</summary>
    public static void Read(JsonObject from, string name, Span<double> into)
    {
        if (from[name] is not JsonValue value || !value.TryGetValue(out string? text) || text is null) throw Wrong($"it has no {name}");
        byte[] bytes = new byte[8 * into.Length];
        if (text.Length > (bytes.Length * 2) + 16 || !Convert.TryFromBase64String(text, bytes, out int written) || written != bytes.Length) throw Wrong($"its {name} is not {into.Length} numbers");
        for (int i = 0; i < into.Length; i++)
        {
            into[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(8 * i));
            if (!(Math.Abs(into[i]) <= Most)) throw Wrong($"its {name} is not finite");
        }
    }

    /// <summary>Reads a covariance: finite, symmetric, nothing below zero on the diagonal.</summary>
    public static void ReadCovariance(JsonObject from, string name, Span<double> into, int n)
    {
        Read(from, name, into);
        for (int i = 0; i < n; i++)
        {
            // Rounding leaves a little below zero of what is known exactly.
            if (into[(i * n) + i] < -1e-6) throw Wrong($"its {name} is no covariance");
            for (int j = 0; j < i; j++)
            {
                double a = into[(i * n) + j], b = into[(j * n) + i], size = Math.Sqrt(Math.Max(0, into[(i * n) + i]) * Math.Max(0, into[(j * n) + j]));
                if (Math.Abs(a - b) > 1e-6 * (1 + size) || Math.Abs(a) > (size * 1.001) + 1e-3) throw Wrong($"its {name} is no covariance");
            }
        }
    }

    /// <summary>A number within bounds.</summary>
    public static double Number(JsonObject from, string name, double least, double most) =>
        Plain(from[name]) is { } number && number >= least && number <= most ? number : throw Wrong($"its {name} is no number from {least} to {most}");

    /// <summary>A count.</summary>
    public static long Count(JsonObject from, string name) =>
        Plain(from[name]) is >= 0 and <= 1e15 and var number && number == Math.Floor(number) ? (long)number : throw Wrong($"its {name} is no count");

    // What was read from a file is any number; what was only just saved has the type it was saved as.
    private static double? Plain(JsonNode? node) => node is not JsonValue value ? null
        : value.TryGetValue(out double number) ? number : value.TryGetValue(out long whole) ? whole : value.TryGetValue(out int small) ? small : null;

    /// <summary>A text.</summary>
    public static string Text(JsonObject from, string name) => from[name] is JsonValue value && value.TryGetValue(out string? text) && text is not null ? text : throw Wrong($"it has no {name}");

    /// <summary>An object.</summary>
    public static JsonObject Object(JsonObject from, string name) => from[name] as JsonObject ?? throw Wrong($"it has no {name}");

    /// <summary>A list of so many.</summary>
    public static JsonArray List(JsonObject from, string name, int count) =>
        from[name] is JsonArray list && list.Count == count ? list : throw Wrong($"its {name} is not a list of {count}");

    /// <summary>Refuses what was saved for others.</summary>
    public static void Expect(JsonObject from, string name, string expected)
    {
        if (Text(from, name) is var text && text != expected) throw Wrong($"its {name} is not '{expected}'");
    }

    /// <summary>Refuses a list of other names.</summary>
    public static void Expect(JsonObject from, string name, IReadOnlyList<string> expected)
    {
        JsonArray list = List(from, name, expected.Count);
        for (int i = 0; i < expected.Count; i++)
        {
            if (list[i] is not JsonValue value || !value.TryGetValue(out string? text) || text != expected[i]) throw Wrong($"its {name} are of others: '{expected[i]}' was expected");
        }
    }

    /// <summary>Names as a list.</summary>
    public static JsonArray Names(IEnumerable<string> names) => [.. names.Select(static n => JsonValue.Create(n))];

    /// <summary>The error of a saved policy that is damaged or another one's.</summary>
    public static IsthmusException Wrong(string what) => new(ErrorKind.Data, $"This saved policy is damaged or of other users: {what}.");
}
