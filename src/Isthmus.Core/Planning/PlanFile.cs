using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Json;
using Isthmus.Core.Profiling;
using Isthmus.Core.Storage;

namespace Isthmus.Core.Planning;

/// <summary>A plan as JSON: version, model, input and segments. The format is described in docs/planning.md.</summary>
public static class PlanFile
{
    /// <summary>The version that this software writes and reads.</summary>
    public const int CurrentVersion = 1;

    private const long MaxBytes = 1_000_000;

    /// <summary>Writes a plan, whole or not at all.</summary>
    /// <exception cref="IsthmusException">The plan breaks a rule, or the file cannot be written.</exception>
    public static void Save(string path, Plan plan) => AtomicFile.WriteText(path, Serialize(plan));

    /// <summary>Reads a plan and checks its form.</summary>
    /// <exception cref="IsthmusException">The file cannot be read or is no plan; the message names the member.</exception>
    public static Plan Load(string path) => Parse(AtomicFile.ReadText(path, MaxBytes), Path.GetFileName(path));

    /// <summary>Reads a plan and checks that it fits a profile.</summary>
    /// <exception cref="IsthmusException">As <see cref="Load(string)"/>, or it does not fit.</exception>
    public static Plan Load(string path, ProfileIndex index)
    {
        Plan plan = Load(path);
        PlanRules.Check(plan, index);
        return plan;
    }

    /// <summary>Reads a plan and checks that it fits a network.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The network's hash.</param>
    /// <param name="cuts">The ids of the network's cuts.</param>
    /// <exception cref="IsthmusException">As <see cref="Load(string)"/>, or it is for another network, or names a cut that the network has not.</exception>
    public static Plan Load(string path, ModelHash model, IReadOnlyCollection<string> cuts)
    {
        ArgumentNullException.ThrowIfNull(cuts);
        Plan plan = Load(path);
        if (plan.Model != model)
            throw new IsthmusException(ErrorKind.Planning, $"'{Path.GetFileName(path)}' is a plan for the model {plan.Model.Short}, not for {model.Short}: plan again for this model.");
        if (plan.Cuts.FirstOrDefault(c => !cuts.Contains(c)) is { } unknown)
            throw new IsthmusException(ErrorKind.Planning, $"'{Path.GetFileName(path)}' names the cut '{unknown}', which the model has not: 'isthmus inspect' lists its cuts.");
        return plan;
    }

    /// <summary>The plan as indented JSON.</summary>
    /// <exception cref="IsthmusException">The plan breaks a rule.</exception>
    public static string Serialize(Plan plan)
    {
        PlanRules.Check(plan);
        return JsonSerializer.Serialize(new Document(CurrentVersion, plan.Model, plan.Input, plan.Segments) { Device = plan.Device }, IsthmusJson.Indented) + "\n";
    }

    /// <summary>Reads a plan from JSON and checks its form.</summary>
    /// <param name="json">The text.</param>
    /// <param name="name">What to call it in an error.</param>
    /// <exception cref="IsthmusException">It is no plan; the message names the member.</exception>
    public static Plan Parse(string json, string name = "plan")
    {
        Document document = StrictJson.Parse<Document>(json, name, "plan");
        if (document.Version != CurrentVersion)
            throw new IsthmusException(ErrorKind.Planning, $"'{name}' is a plan of version {document.Version}, and this software reads {CurrentVersion}: plan again.");
        Plan plan = new(document.Model, document.Input, document.Segments) { Device = document.Device };
        PlanRules.Check(plan);
        return plan;
    }

    private sealed record Document(int Version, ModelHash Model, InputEncoding Input, ImmutableArray<PlacedSegment> Segments)
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Device { get; init; }
    }
}
