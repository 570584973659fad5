using System.Text.Json;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Json;

/// <summary>Reads JSON that somebody else wrote: whatever is wrong with it becomes one sentence that names the member.</summary>
public static class StrictJson
{
    /// <summary>Reads an object.</summary>
    /// <param name="json">The text.</param>
    /// <param name="name">What to call the text in an error, such as its file name.</param>
    /// <param name="kind">What the text should be, such as "profile".</param>
    /// <exception cref="IsthmusException">The text is not JSON, or a member is missing or of the wrong form.</exception>
    public static T Parse<T>(string json, string name, string kind)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            return JsonSerializer.Deserialize<T>(json, IsthmusJson.Compact)
                ?? throw new IsthmusException(ErrorKind.Data, $"'{name}' is not a {kind}: it is null.");
        }
        catch (JsonException e)
        {
            string member = string.IsNullOrEmpty(e.Path) ? "" : $" at {e.Path}";
            string position = e.LineNumber is { } line ? $" (line {line + 1})" : "";
            throw new IsthmusException(ErrorKind.Data, $"'{name}' is not a {kind}{member}{position}: {Reason(e.Message)}.", e);
        }
        catch (IsthmusException e) when (e.Kind != ErrorKind.Data || !e.Message.StartsWith($"'{name}'", StringComparison.Ordinal))
        {
            throw new IsthmusException(ErrorKind.Data, $"'{name}' is not a {kind}: {e.Message}", e);
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or NotSupportedException or ArgumentException or OverflowException)
        {
            throw new IsthmusException(ErrorKind.Data, $"'{name}' is not a {kind}: {Reason(e.Message)}.", e);
        }
    }

    // The reader appends "Path: … | LineNumber: …" to its sentence; both are said already.
    private static string Reason(string message)
    {
        int end = message.IndexOf(" Path: ", StringComparison.Ordinal);
        if (end < 0) end = message.IndexOf(" LineNumber: ", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).ReplaceLineEndings(" ").TrimEnd('.', ' ');
    }
}
