using System.Runtime.InteropServices;
using Isthmus.Core.Json;
using Isthmus.Inference.Sessions;
using Isthmus.Node.Admission;
using Isthmus.Node.Hosting;
using Isthmus.Node.Models;
using Isthmus.Runtime.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Isthmus.Node.Endpoints;

/// <summary>What the Open Inference Protocol v2 defines: health, metadata, inference, and the repository extension's index.</summary>
internal sealed class ProtocolEndpoints(NodeOptions options, NodeState state, ModelStore models, SegmentLoader loader, WorkQueue queue, InferEndpoint infer)
{
    /// <summary>The version that the node tells.</summary>
    public static string Version { get; } = typeof(ProtocolEndpoints).Assembly.GetName().Version!.ToString(3);

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v2", DescribeServer);
        routes.MapGet("/v2/health/live", context => AnswerEmpty(context, 200));
        routes.MapGet("/v2/health/ready", context => AnswerEmpty(context, state.IsStopping ? 503 : 200));
        routes.MapMethods("/v2/repository/index", ["GET", "POST"], Index);
        foreach (string prefix in (string[])["/v2/models/{model}", "/v2/models/{model}/versions/{version}"])
        {
            routes.MapGet(prefix, Versioned(DescribeModel));
            routes.MapGet(prefix + "/ready", Versioned(IsModelReady));
            routes.MapPost(prefix + "/infer", Versioned(infer.InvokeAsync));
        }
    }

    // A model's only version is its hash; clients that number versions say 1.
    private RequestDelegate Versioned(RequestDelegate next) => context =>
    {
        if (context.Request.RouteValues["version"] is string version && version != "1")
        {
            StoredModel model = models.Require((string)context.Request.RouteValues["model"]!);
            if (!string.Equals(version, model.Hash.ToString(), StringComparison.OrdinalIgnoreCase))
                throw new NodeRefusal(404, $"The model '{model.Name}' has no such version; its only one is {model.Hash}.");
        }

        return next(context);
    };

    private Task DescribeServer(HttpContext context) => context.Response.WriteAsJsonAsync(
        new ServerMetadata(
            "isthmus", Version, ["binary_tensor_data", "model_repository", "isthmus"],
            new NodeDescription(
                options.NodeName, options.Tier, options.Slowdown, options.Slowdown > 1,
                $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}, {Environment.ProcessorCount} processors",
                ExecutionProvider.Describe(options.Session.Provider), options.Session.Threads, options.Workers, options.QueueLimit)),
        IsthmusJson.Compact,
        context.RequestAborted);

    private static Task AnswerEmpty(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    private Task IsModelReady(HttpContext context)
    {
        models.Require((string)context.Request.RouteValues["model"]!);
        return AnswerEmpty(context, state.IsStopping ? 503 : 200);
    }

    private async Task DescribeModel(HttpContext context)
    {
        StoredModel model = models.Require((string)context.Request.RouteValues["model"]!);
        state.Enter();
        try
        {
            // Loading a model is work like any other.
            using WorkPermit permit = await queue.EnterAsync(null, exclusive: false, context.RequestAborted);
            using LoadedSegment loaded = await loader.LoadAsync(model, null, null, context.RequestAborted);
            await context.Response.WriteAsJsonAsync(
                new ModelMetadata(
                    model.Name, [model.Hash.ToString()], "onnx_onnxv1", [.. loaded.Session.Inputs.Select(TensorMetadata.Of)], [.. loaded.Session.Outputs.Select(TensorMetadata.Of)]),
                IsthmusJson.Compact,
                context.RequestAborted);
        }
        finally
        {
            state.Leave();
        }
    }

    private Task Index(HttpContext context) => context.Response.WriteAsJsonAsync(
        models.All().Select(m => new { name = m.Name, version = m.Hash.ToString(), state = "READY", reason = "" }), IsthmusJson.Compact, context.RequestAborted);
}
