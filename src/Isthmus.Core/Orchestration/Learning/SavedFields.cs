using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Isthmus.Core.Errors;
using Isthmus.Core.Statistics;

namespace Isthmus.Core.Orchestration.Learning;

/// <summary>
/// What learners save, and reading it back although anybody may have written it: every field is checked, arrays of numbers are base64 of their little-endian bytes so that they come
/// back exactly.
/// </summary>
internal static class SavedFields
{
    private const long Version = 1;

    /// <summary>Begins what a learner saves.</summary>
    public static JsonObject Begin(string learner, ActionSpace actions) => new() { ["learner"] = learner, ["version"] = Version, ["actions"] = Fingerprint(actions) };

    /// <summary>Checks that this was saved by such a learner for such users.</summary>
    public static void Check(JsonObject saved, string learner, ActionSpace actions)
    {
        ArgumentNullException.ThrowIfNull(saved);
        if (Text(saved, "learner") != learner) throw Wrong($"it was not saved by {learner}");
        if (Integer(saved, "version", 0, int.MaxValue) != Version) throw Wrong("it is of another version");
        if (Text(saved, "actions") != Fingerprint(actions)) throw Wrong("it was learned for other users, nodes or actions");
    }

    public static string Array<T>(ReadOnlySpan<T> numbers)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(numbers);
        if (BitConverter.IsLittleEndian) return Convert.ToBase64String(bytes);
        byte[] swapped = bytes.ToArray();
        Swap<T>(swapped);
        return Convert.ToBase64String(swapped);
    }

    /// <summary>Reads as many finite numbers as there must be.</summary>
    public static T[] Array<T>(JsonObject saved, string name, int length)
        where T : unmanaged, INumber<T>
    {
        T[] numbers = Array<T>(saved, name);
        return numbers.Length == length ? numbers : throw Wrong($"'{name}' has {numbers.Length} numbers and not {length}");
    }

    /// <summary>Reads finite numbers.</summary>
    public static T[] Array<T>(JsonObject saved, string name)
        where T : unmanaged, INumber<T>
    {
        byte[] bytes;
        try
        {
            bytes = Convert.FromBase64String(Text(saved, name));
        }
        catch (FormatException e)
        {
            throw Wrong($"'{name}' is no base64", e);
        }

        int size = Marshal.SizeOf<T>();
        if (bytes.Length % size != 0) throw Wrong($"'{name}' is not a whole number of numbers");
        if (!BitConverter.IsLittleEndian) Swap<T>(bytes);
        T[] numbers = MemoryMarshal.Cast<byte, T>(bytes).ToArray();
        foreach (T number in numbers)
        {
            if (!T.IsFinite(number)) throw Wrong($"'{name}' has a number that is not finite");
        }

        return numbers;
    }

    public static long Integer(JsonObject saved, string name, long least, long most) =>
        Field(saved, name) is { } value && value.TryGetValue(out long number) && number >= least && number <= most ? number : throw Wrong($"'{name}' is no whole number from {least} to {most}");

    public static double Number(JsonObject saved, string name, double least, double most) =>
        Field(saved, name) is { } value && value.TryGetValue(out double number) && number >= least && number <= most ? number : throw Wrong($"'{name}' is no number from {least} to {most}");

    public static string Text(JsonObject saved, string name)
    {
        try
        {
            return Field(saved, name) is { } value && value.TryGetValue(out string? text) ? text : throw Wrong($"'{name}' is missing or no text");
        }
        catch (InvalidOperationException e)
        {
            // Half of a surrogate pair.
            throw Wrong($"'{name}' is no text", e);
        }
    }

    public static SeededRandom Random(JsonObject saved, string name) => SeededRandom.Restore(Text(saved, name)) ?? throw Wrong($"'{name}' is no state of a random source");

    public static IsthmusException Wrong(string what, Exception? cause = null) => new(ErrorKind.Data, $"What was learned cannot be restored: {what}.", cause);

    private static JsonValue? Field(JsonObject saved, string name)
    {
        try
        {
            return saved[name] as JsonValue;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // A name that is there twice is noticed only now.
            throw Wrong("its names are not unique or no text", e);
        }
    }

    // Everything that a joint action means; names and variants do not matter to a learner, but tell users apart.
    private static string Fingerprint(ActionSpace actions)
    {
        StringBuilder text = new();
        foreach (string node in actions.Nodes) text.Append(node).Append('\n');
        foreach (UserMenu user in actions.Users)
        {
            text.Append('\0').Append(user.Name).Append('\n');
            foreach (UserAction action in user.Actions)
                text.Append(CultureInfo.InvariantCulture, $"{action.Name}\n{action.Node} {action.DeviceMs:R} {action.Bytes:R} {action.NodeMs:R} {action.Accuracy:R}\n");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static void Swap<T>(byte[] bytes)
        where T : unmanaged
    {
        int size = Marshal.SizeOf<T>();
        for (int i = 0; i < bytes.Length; i += size) bytes.AsSpan(i, size).Reverse();
    }
}
