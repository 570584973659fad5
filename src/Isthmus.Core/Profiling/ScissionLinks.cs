using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Storage;

namespace Isthmus.Core.Profiling;

/// <summary>
/// A table of links in Scission's form, CSV: <c>source,destination,ping(ms),bandwidth(mbps)</c>, one line a direction. As there, a bandwidth counts in whole bytes per second:
/// round(Mbit/s · 125,000).
/// </summary>
public static class ScissionLinks
{
    private const long MaxFileBytes = 4_000_000;

    /// <summary>Reads a file.</summary>
    /// <exception cref="IsthmusException">The file cannot be read, or is not of this form; the message names the line.</exception>
    public static ImmutableArray<LinkProfile> Load(string path) => Parse(AtomicFile.ReadText(path, MaxFileBytes), Path.GetFileName(path));

    /// <summary>Reads the text of a file.</summary>
    /// <param name="csv">The text.</param>
    /// <param name="name">What to call it in an error.</param>
    /// <exception cref="IsthmusException">It is not of this form; the message names the line.</exception>
    public static ImmutableArray<LinkProfile> Parse(string csv, string name = "links")
    {
        ArgumentNullException.ThrowIfNull(csv);
        List<LinkProfile> links = [];
        HashSet<(string, string)> seen = [];
        int number = 0;
        foreach (string line in csv.Split('\n'))
        {
            number++;
            string[] cells = line.Split(',', StringSplitOptions.TrimEntries);
            if (line.Trim().Length == 0 || (number == 1 && cells[0].Equals("source", StringComparison.OrdinalIgnoreCase))) continue;
            if (cells is not [{ Length: > 0 } from, { Length: > 0 } to, string ping, string bandwidth] || !double.TryParse(ping, out double ms) || !double.TryParse(bandwidth, out double mbps))
                throw Wrong("it must be source,destination,ping(ms),bandwidth(mbps)");
            double bytes = Math.Round(mbps * 125_000, MidpointRounding.ToEven);
            if (!(ms is >= 0 and <= ProfileRules.MaxMilliseconds && bytes is >= 1 and <= 1e15)) throw Wrong("its ping must be from 0 ms to an hour, its bandwidth at least a byte a second");
            if (!seen.Add((from, to))) throw Wrong($"the link from {from} to {to} is there twice");
            links.Add(new(from, to, new(ms), new(bytes * 8), Emulated: false));
        }

        return [.. links];

        IsthmusException Wrong(string why) => new(ErrorKind.Data, $"'{name}' is not a table of links in line {number}: {why}.");
    }
}
