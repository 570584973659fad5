using System.CommandLine;
using System.Globalization;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Profiling.Curves;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Running;
using Spectre.Console;
using Profile = Isthmus.Core.Profiling.Profile;

namespace Isthmus.Cli.Console;

/// <summary>The options of `run` about a small network on the device, and what is printed of it.</summary>
internal sealed class CascadeOptions
{
    private const double DefaultConfidence = 0.8;

    private readonly Option<string?> _network = new("--device-network") { Description = "A small network of the same classes that runs on the device first: pictures that are easy for it are answered there, the others are sent.", HelpName = "FILE" };
    private readonly Option<string> _confidence = new("--confidence")
    {
        Description = "With --device-network: how sure it must be, 0 to 1; or learned, by the profile's table of confidence ('calibrate --input --device-network'): nothing or how much is sent, for the fewest bytes.",
        HelpName = "share|learned",
        DefaultValueFactory = _ => DefaultConfidence.ToString(CultureInfo.InvariantCulture),
    };

    private readonly Option<double?> _accuracy = new("--cascade-accuracy") { Description = "With --confidence learned: the share of right answers to reach, over the images of the calibration (default: what sending the plan's part of every picture reaches).", HelpName = "share" };

    /// <summary>Adds the options.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _network, _confidence, _accuracy }) command.Options.Add(option);
    }

    /// <summary>Whether there is to be a cascade.</summary>
    public bool IsWanted(ParseResult parsed) => parsed.GetValue(_network) is not null;

    /// <summary>Opens the cascade; null if none is wanted.</summary>
    /// <param name="run">The call.</param>
    /// <param name="session">The remote network's session.</param>
    /// <param name="plan">The plan, where it is fixed.</param>
    public async Task<Cascade?> OpenAsync(Invocation run, RunSession session, Plan? plan)
    {
        if (run.Options.GetValue(_network) is not { } file)
        {
            if (run.Options.GetResult(_confidence) is { Implicit: false } || run.Options.GetValue(_accuracy) is not null)
                throw new IsthmusException(ErrorKind.Usage, "--confidence and --cascade-accuracy are about --device-network: give that too.");
            return null;
        }

        if (plan is { Segments: [{ Tier: Tier.Device }, ..] }) throw new IsthmusException(ErrorKind.Usage, "With --device-network, the plan must send the picture: its first part may not be on the device.");
        Network device = Network.Load(file);
        return await session.OpenCascadeAsync(device, Rule(run.Options, session.Profile, device, plan), run.CancellationToken);
    }

    /// <summary>What became of it.</summary>
    public static CascadeSummary Sum(RunReport report, Cascade cascade, Profile profile)
    {
        string? plan = report.Summary.Plans.OrderByDescending(p => p.Images).FirstOrDefault()?.Plan;
        InputProfile? input = plan is null ? null : profile.Inputs.FirstOrDefault(i => plan.StartsWith($"{i.Encoding} →", StringComparison.Ordinal));
        return CascadeSummary.Of(report.Images, cascade.Rule, input?.Bytes.Value, input?.AccuracyLoss);
    }

    /// <summary>Prints it.</summary>
    public static void Draw(IAnsiConsole console, CascadeSummary cascade)
    {
        string fallbacks = cascade.Fallbacks == 0 ? "" : $", {cascade.Fallbacks} of them answered by the device after all";
        console.MarkupLineInterpolated($"Cascade ({cascade.Rule}): {cascade.Local} pictures answered on the device, {cascade.Sent} sent{fallbacks}; {new ByteCount((long)cascade.MeanBytes)} per picture.");
        string device = cascade.DeviceTop1 is { } alone ? $", top-1 {alone:P1}" : "";
        string remote = cascade.RemoteBytes is { } bytes ? $"; all sent: {new ByteCount((long)bytes)} per picture{(cascade.RemoteLoss is { } loss ? $", loss {loss:P1}" : "")} by the profile" : "";
        console.MarkupLineInterpolated($"The device alone: {cascade.DeviceMs:0.0} ms{device}{remote}.");
        if (cascade.Gained is { } gained) console.MarkupLineInterpolated($"Sending made {gained} answers right and {cascade.Lost} wrong.");
        if (cascade.PromisedTop1 is { } promised) console.MarkupLineInterpolated($"The calibration's images lead to expect {promised:P1} right answers with {cascade.PromisedBytes:0} bytes per picture.");
    }

    private CascadeRule Rule(ParseResult parsed, Profile profile, Network device, Plan? plan)
    {
        string text = parsed.GetValue(_confidence)!;
        if (text != "learned")
        {
            if (parsed.GetValue(_accuracy) is not null) throw new IsthmusException(ErrorKind.Usage, "--cascade-accuracy is for --confidence learned.");
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double threshold) ? CascadeRule.Below(threshold)
                : throw new IsthmusException(ErrorKind.Usage, $"'{text}' is not a confidence: choose 0 to 1, or learned.");
        }

        if (plan is null || !plan.Input.IsProgressive) throw new IsthmusException(ErrorKind.Usage, "--confidence learned says how much of a progressive form is sent: give a --plan file whose input is jpeg:Q or embedded.");
        ConfidenceTable table = profile.ConfidenceTables.FirstOrDefault(t => t.DeviceModel == device.Model.Hash && t.Family == plan.Input.Whole.ToString())
            ?? throw new IsthmusException(ErrorKind.Usage, $"The profile says nothing about what the confidence of {device.Model.Name} means for '{plan.Input.Whole}': calibrate with --input {plan.Input.Whole} --device-network, or give a number.");
        InputCurve curve = profile.InputCurves.First(c => c.Family == table.Family);
        return CascadeRule.Learned(table, curve.Bytes.Value, parsed.GetValue(_accuracy), plan.Input);
    }
}
