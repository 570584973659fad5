using System.Buffers;
using System.Reflection;
using System.Text.Json;
using Isthmus.Core.Errors;
using Isthmus.Core.Json;
using Isthmus.Node.Endpoints;
using Isthmus.Node.Hosting;
using Isthmus.Node.Telemetry;
using Isthmus.Runtime.Orchestrating;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Isthmus.Node.Orchestrating;

/// <summary>What an orchestrator answers; docs/orchestrate.md lists it.</summary>
internal sealed class OrchestratorEndpoints(FleetOrchestrator fleet, NodeState state, OrchestratorTelemetry telemetry, PrometheusText metrics, TimeProvider clock)
{
    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut("/v1/users/{name}", Counted("register", async (context, name) => fleet.Register(name, await ReadAsync<UserRegistration>(context, "a registration of a user"))));
        routes.MapPost("/v1/users/{name}/plan", Counted("ask", async (context, name) => fleet.Ask(name, await ReadAsync<PlanQuestion>(context, "a question for a plan"))));
        routes.MapPost("/v1/users/{name}/outcome", Counted("report", async (context, name) => fleet.Report(name, await ReadAsync<RequestOutcome>(context, "a report of a request"))));
        routes.MapDelete("/v1/users/{name}", Counted<object>("leave", (_, name) =>
        {
            fleet.Leave(name);
            return ValueTask.FromResult<object?>(null);
        }));
        routes.MapPut("/v1/nodes/{name}", Counted("node", async (context, name) => fleet.ReportNode(name, await ReadAsync<NodeReport>(context, "a report of a node"))));
        routes.MapGet("/v1/state", Counted("state", (_, _) => ValueTask.FromResult<OrchestratorState?>(fleet.State())));
        routes.MapGet("/v1", context => context.Response.WriteAsJsonAsync(new
        {
            name = "isthmus orchestrator",
            version = Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion,
            learner = fleet.State().Learner,
        }, IsthmusJson.Compact, context.RequestAborted));
        routes.MapGet("/v2/health/live", _ => Task.CompletedTask);
        routes.MapGet("/v2/health/ready", context =>
        {
            context.Response.StatusCode = state.IsStopping ? 503 : 200;
            return Task.CompletedTask;
        });
        routes.MapGet("/metrics", context =>
        {
            context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
            return context.Response.WriteAsync(metrics.Write(), context.RequestAborted);
        });
    }

    private RequestDelegate Counted<T>(string what, Func<HttpContext, string, ValueTask<T?>> answer)
        where T : class => async context =>
    {
        long began = clock.GetTimestamp();
        int status = 500;
        state.Enter();
        try
        {
            T? result = await answer(context, (string?)context.Request.RouteValues["name"] ?? "");
            if (result is null)
            {
                context.Response.StatusCode = 204;
            }
            else
            {
                byte[] body = JsonSerializer.SerializeToUtf8Bytes(result, IsthmusJson.Compact);
                context.Response.ContentType = "application/json; charset=utf-8";
                context.Response.ContentLength = body.Length;
                await context.Response.Body.WriteAsync(body, context.RequestAborted);
            }

            status = context.Response.StatusCode;
        }
        catch (Exception e)
        {
            status = ErrorAnswers.Describe(e).Status;
            throw;
        }
        finally
        {
            state.Leave();
            telemetry.Count(what, status, clock.GetElapsedTime(began).TotalSeconds);
        }
    };

    // Bodies are small, and are read whole before they are looked at.
    private static async ValueTask<T> ReadAsync<T>(HttpContext context, string what)
        where T : class
    {
        if (context.Request.ContentLength > OrchestrationLimits.MaxBody) throw TooLarge();
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)(context.Request.ContentLength ?? 4096) + 1);
        int length = 0;
        try
        {
            while (await context.Request.Body.ReadAsync(buffer.AsMemory(length), context.RequestAborted) is int read and > 0)
            {
                length += read;
                if (length > OrchestrationLimits.MaxBody) throw TooLarge();
                if (length < buffer.Length) continue;
                byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                buffer.AsSpan(0, length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }

            return Parse<T>(buffer.AsSpan(0, length), what);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads what somebody sent.</summary>
    /// <exception cref="IsthmusException">It is not what it should be.</exception>
    internal static T Parse<T>(ReadOnlySpan<byte> json, string what)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, IsthmusJson.Compact) ?? throw new NodeRefusal(400, $"The body is not {what}: it is null.");
        }
        catch (JsonException e)
        {
            throw new NodeRefusal(400, $"The body is not {what}{(string.IsNullOrEmpty(e.Path) ? "" : $" at {Short(e.Path)}")}: {Short(e.Message.ReplaceLineEndings(" "))}");
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or NotSupportedException or ArgumentException or OverflowException)
        {
            throw new NodeRefusal(400, $"The body is not {what}: {Short(e.Message.ReplaceLineEndings(" "))}");
        }
    }

    private static NodeRefusal TooLarge() => new(413, $"The body is larger than the {OrchestrationLimits.MaxBody} bytes that an orchestrator accepts.");

    private static string Short(string text) => text.Length <= 300 ? text : text[..300] + "…";
}
