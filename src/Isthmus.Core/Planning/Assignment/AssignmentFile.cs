using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Isthmus.Core.Errors;
using Isthmus.Core.Json;
using Isthmus.Core.Storage;

namespace Isthmus.Core.Planning.Assignment;

/// <summary>Requests as a file: { "version": 1, "requests": [ … ] }, described in docs/fractions.md. Members that are not known are refused.</summary>
public static class AssignmentFile
{
    /// <summary>The version that this software reads.</summary>
    public const int CurrentVersion = 1;

    private const long MaxBytes = 16_000_000;

    /// <summary>Reads a file.</summary>
    /// <exception cref="IsthmusException">The file cannot be read or is not such; the message names the member.</exception>
    public static ImmutableArray<AssignmentRequest> Load(string path) => Parse(AtomicFile.ReadText(path, MaxBytes), Path.GetFileName(path));

    /// <summary>Reads requests from JSON.</summary>
    /// <param name="json">The text.</param>
    /// <param name="name">What to call it in an error.</param>
    /// <exception cref="IsthmusException">It is not such; the message names the member.</exception>
    public static ImmutableArray<AssignmentRequest> Parse(string json, string name = "requests")
    {
        Document document = StrictJson.Parse<Document>(json, name, "file of requests");
        if (document.Version != CurrentVersion) throw Wrong($"it is of version {document.Version}, and this software reads {CurrentVersion}");
        if (document.Requests.IsDefaultOrEmpty) throw Wrong("it has no requests");
        List<AssignmentRequest> all = [];
        foreach (Entry? entry in document.Requests)
        {
            if (entry is null) throw Wrong("a request is null");
            if (entry.Count is < 1 or > AssignmentProblem.MaxRequests) throw Wrong($"the count of '{Shown(entry.Name)}' is not from 1 to {AssignmentProblem.MaxRequests}");
            if (all.Count + entry.Count > AssignmentProblem.MaxRequests) throw Wrong($"it has more than {AssignmentProblem.MaxRequests} requests");
            AssignmentRequest request = new(entry.Name)
            {
                Device = entry.Device,
                PerSecond = entry.PerSecond,
                Weight = entry.Weight,
                MinAccuracy = entry.MinAccuracy,
                MaxMs = entry.MaxMs,
                Bytes = entry.Bytes,
                AccuracyWeight = entry.AccuracyWeight,
                TimeWeight = entry.TimeWeight,
            };
            for (int i = 1; i <= entry.Count; i++) all.Add(entry.Count == 1 ? request : request with { Name = string.Create(CultureInfo.InvariantCulture, $"{entry.Name}-{i}") });
        }

        return [.. all];

        IsthmusException Wrong(string reason) => new(ErrorKind.Data, $"'{name}' is not a file of requests: {reason}.");
    }

    // A hostile name must not flood the terminal.
    private static string Shown(string? text) => text is null ? "" : text.Length <= 64 ? text : text[..64] + "…";

    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    private sealed record Document(int Version, ImmutableArray<Entry?> Requests);

    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    private sealed record Entry(string Name)
    {
        public int Count { get; init; } = 1;

        public string? Device { get; init; }

        public double PerSecond { get; init; } = 1;

        public double Weight { get; init; } = 1;

        public double MinAccuracy { get; init; }

        public double? MaxMs { get; init; }

        public long? Bytes { get; init; }

        public double AccuracyWeight { get; init; } = 1;

        public double TimeWeight { get; init; } = 1;
    }
}
