"""Questions to 1C get a channel of their own; which job runs where is data nobody updates."""

JOBS = ("job_pull", "job_pull_loan", "job_pull_payment")


def migrate(cr, version):
    cr.execute(
        "UPDATE queue_job_function SET channel_id = channel.res_id FROM ir_model_data job, "
        "ir_model_data channel WHERE job.module = 'moyamfo_sync' AND job.name IN %s "
        "AND job.res_id = queue_job_function.id AND job.model = 'queue.job.function' "
        "AND channel.module = 'moyamfo_sync' AND channel.name = 'channel_moyamfo_pull'",
        (JOBS,),
    )
