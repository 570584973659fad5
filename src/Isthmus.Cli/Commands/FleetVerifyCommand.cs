using System.Collections.Immutable;
using System.CommandLine;
using Isthmus.Cli.Console;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Inference.Classification;
using Isthmus.Runtime.Fleets;
using Isthmus.Runtime.Pipelines;
using Spectre.Console;
using Profile = Isthmus.Core.Profiling.Profile;

namespace Isthmus.Cli.Commands;

/// <summary>`fleet verify`: carries a plan out for real, beside its prediction, and keeps with the profile what that shows.</summary>
internal sealed class FleetVerifyCommand : ICommandFactory
{
    private readonly Argument<string> _file = new("FLEET") { Description = "The fleet, a YAML or JSON file." };
    private readonly Argument<string> _profile = new("PROFILE") { Description = "The profile that 'isthmus fleet profile' wrote." };
    private readonly Argument<string> _model = new("MODEL") { Description = "The ONNX file." };
    private readonly Option<string> _images = new("--images") { Description = "Folder of images, or one image.", Required = true, HelpName = "DIR" };
    private readonly Option<string?> _plan = new("--plan") { Description = "The plan, as 'isthmus plan -o' writes it (default: the one of the least latency; then the one that is the best with what was learnt, at most three).", HelpName = "FILE" };
    private readonly Option<int> _requests = new("--requests") { Description = "Requests of each plan.", DefaultValueFactory = _ => 10, HelpName = "N" };
    private readonly Option<string?> _output = new("--output", "-o") { Description = "Where the profile with what was learnt goes (default: into PROFILE itself).", HelpName = "FILE" };

    public Command Create()
    {
        Command command = new("verify", "Carry a plan out for real: measured beside predicted, stage by stage; what the nodes' computing really takes is kept with the profile.")
        {
            _file, _profile, _model, _images, _plan, _requests, _output,
        };
        ExpiryOption expiry = ExpiryOption.AddTo(command);
        SessionOptions session = SessionOptions.AddTo(command);
        ManifestOptions manifest = ManifestOptions.AddTo(command);
        return command.Runs(inv => RunAsync(inv, expiry, session, manifest));
    }

    private async Task RunAsync(Invocation inv, ExpiryOption expiry, SessionOptions session, ManifestOptions manifest)
    {
        Fleet fleet = FleetFile.Load(inv.Options.GetValue(_file)!);
        string path = inv.Options.GetValue(_profile)!;
        Network network = Network.Load(inv.Options.GetValue(_model)!, manifest.Read(inv.Options));
        Profile profile = expiry.Load(inv.Options, path);
        if (profile.Model != network.Model.Hash)
            throw new IsthmusException(ErrorKind.Planning, $"'{Path.GetFileName(path)}' is the profile of {profile.ModelName} ({profile.Model.Short}), not of {network.Model.Name} ({network.Model.Hash.Short}): give that model.");
        Plan? plan = inv.Options.GetValue(_plan) is { } planFile ? PlanFile.Load(planFile) : null;
        string[] images = [.. LabelledImages.Load(inv.Options.GetValue(_images)!).Select(i => i.Path)];
        int requests = inv.Options.GetValue(_requests);
        ImmutableArray<PlanVerification> verifications = await inv.WithProgressAsync<ImmutableArray<PlanVerification>>("Verifying", async progress =>
        {
            using Tiers tiers = await Tiers.ConnectFleetAsync(fleet.FromHere(), cancellationToken: inv.CancellationToken);
            PlanVerifier verifier = new(network, tiers, new() { Slowdown = fleet.Local?.Slowdown ?? 1, Session = session.Read(inv.Options) });
            return plan is null ? await verifier.VerifyBestAsync(profile, images, requests, progress: progress, cancellationToken: inv.CancellationToken)
                : [await verifier.VerifyAsync(profile, plan, images, requests, progress, inv.CancellationToken)];
        });
        string output = inv.Options.GetValue(_output) ?? path;
        ProfileFile.Save(output, verifications[^1].Profile);
        inv.Result(new { file = output, verifications }, console =>
        {
            VerificationOutput.Draw(console, verifications);
            console.MarkupLineInterpolated($"What was learnt is in {output}: 'isthmus plan' counts it.");
        });
    }
}
